"""The trial's forms and data in the shape other systems take: pure, values in and values out."""
