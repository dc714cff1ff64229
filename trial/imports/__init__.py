"""Files from outside as lines of words, before any rule of the trial is asked: pure, values in and values out."""
