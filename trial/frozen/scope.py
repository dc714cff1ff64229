"""What the model of this trial is for and what it is not for, in the words the manifest and the card carry."""

PREDICTS = "complete response by 12 months after the decision (PROTOCOL 5)"
RULE = (
    "Positive when the probability, rounded to {digits} digits, is at least {threshold}. A participant with cCR or near-cCR who is "
    "positive, and against whom nothing speaks, is a candidate for organ preservation (PROTOCOL 5)."
)
INTENDED_USE = (
    "One more argument at the decision after neoadjuvant therapy for rectal cancer, shown to the investigator after their own "
    "estimate is locked; asked once, on the inputs as they stand. It decides nothing alone: the MDT may depart from it with a reason."
)
OUT_OF_SCOPE = (
    "Anyone who does not meet the criteria of the trial: no neoadjuvant therapy, metastasis at staging, cT4b, age under 18.",
    "Fewer known inputs of a modality than the declared minimum: the call is refused and says what is missing.",
    "A value outside the range of its input is outside what was seen in training: it is passed, flagged, and to be read with caution.",
    "A code that is not declared is passed as missing.",
    "Radiomics features of another extractor than the trial's, stool with too few reads, failed assays and slides: passed as missing.",
    "Metastasis, survival and function: it says nothing about them.",
)
SIMULATED = (
    "It has seen no patient. It was trained on a simulated cohort so that the trial's machinery can be run, tested and inspected end "
    "to end; a trial with participants needs a model trained on their like, frozen by the same commands and pinned in the same way."
)
