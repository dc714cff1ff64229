"""What three reporting guidelines ask of a study of a prediction model, item by item, in our own short words.

Sources: TRIPOD+AI (Collins 2024, 27 items), CONSORT-AI (Liu 2020, 14 items beyond CONSORT), DECIDE-AI (Vasey 2022, 17 items of AI).
Numbers are theirs; whoever submits a report fills in their own forms, and takes the words from the publications.
"""

from dataclasses import dataclass

from forms.text import _l


@dataclass(frozen=True)
class Item:
    """One item: its number, and what it asks for."""

    number: str
    asks: str


TRIPOD_AI = (
    Item("1", _l("Title: development or evaluation of a prediction model, population and outcome")),
    Item("2", _l("Structured abstract")),
    Item("3a", _l("Setting in care, diagnostic or prognostic, and why the model is wanted")),
    Item("3b", _l("Population the model is for, its purpose in care, its users")),
    Item("3c", _l("Known inequalities between groups of people")),
    Item("4", _l("Objectives: development, evaluation, or both")),
    Item("5a", _l("Source of the data, and how far they represent the population")),
    Item("5b", _l("Dates: first and last inclusion, end of follow-up")),
    Item("6a", _l("Setting: number and place of centres")),
    Item("6b", _l("Eligibility criteria")),
    Item("6c", _l("Treatments, and how they were handled")),
    Item("7", _l("Preparation of the data and quality control")),
    Item("8a", _l("Outcome: definition, time, how it is assessed")),
    Item("8b", _l("Who assesses the outcome, where judgement is needed")),
    Item("8c", _l("Blinding of the assessment of the outcome")),
    Item("9a", _l("Choice of the predictors")),
    Item("9b", _l("Definition of every predictor, and when it is measured")),
    Item("9c", _l("Who assesses the predictors, where judgement is needed")),
    Item("10", _l("How the size of the study was arrived at")),
    Item("11", _l("Missing data, and what was done about them")),
    Item("12a", _l("How the data were used and divided")),
    Item("12b", _l("How predictors enter the model")),
    Item("12c", _l("Type of model, steps of building it, internal validation")),
    Item("12d", _l("Differences between centres, and how they were handled")),
    Item("12e", _l("Measures of performance")),
    Item("12f", _l("Updating of the model")),
    Item("12g", _l("How predictions are worked out in an evaluation")),
    Item("13", _l("Imbalance of the classes")),
    Item("14", _l("Fairness of the model")),
    Item("15", _l("Output of the model, classes and thresholds")),
    Item("16", _l("Differences between the data of training and of evaluation")),
    Item("17", _l("Ethics approval and consent")),
    Item("18a", _l("Funding")),
    Item("18b", _l("Conflicts of interest")),
    Item("18c", _l("Where the protocol is found")),
    Item("18d", _l("Registration")),
    Item("18e", _l("Availability of the data")),
    Item("18f", _l("Availability of the code")),
    Item("19", _l("Involvement of patients and the public")),
    Item("20a", _l("Flow of participants, with and without the outcome")),
    Item("20b", _l("Characteristics of the participants, missing data by predictor")),
    Item("20c", _l("Comparison with the data of training")),
    Item("21", _l("Participants and outcomes in each analysis")),
    Item("22", _l("Full specification of the model, or how to obtain predictions")),
    Item("23a", _l("Performance with intervals, and by groups of people")),
    Item("23b", _l("Performance by centre")),
    Item("24", _l("Result of updating the model")),
    Item("25", _l("Interpretation")),
    Item("26", _l("Limitations")),
    Item("27a", _l("What happens with poor or missing input in use")),
    Item("27b", _l("What users must do and know")),
    Item("27c", _l("Next steps")),
)

CONSORT_AI = (
    Item("1a,b (i)", _l("Title or abstract: that the intervention is a model, and of what type")),
    Item("1a,b (ii)", _l("Title or abstract: intended use within the trial")),
    Item("2a (i)", _l("Intended use in the clinical pathway, purpose and users")),
    Item("4a (i)", _l("Eligibility of participants")),
    Item("4a (ii)", _l("Eligibility of input data")),
    Item("4b", _l("How the model was built into the trial's setting")),
    Item("5 (i)", _l("Version of the algorithm")),
    Item("5 (ii)", _l("How input data were acquired and selected")),
    Item("5 (iii)", _l("How poor or missing input data were assessed and handled")),
    Item("5 (iv)", _l("Handling of input data by people, and the expertise it takes")),
    Item("5 (v)", _l("Output of the model")),
    Item("5 (vi)", _l("How the output contributed to decisions")),
    Item("19", _l("Analysis of errors of the model")),
    Item("25", _l("Access to the model and its code")),
)

DECIDE_AI = (
    Item("1", _l("Title: early clinical evaluation of a decision support system")),
    Item("2a", _l("Condition, present practice, patients it is for")),
    Item("2b", _l("Users, place in the care pathway, expected effect")),
    Item("3a", _l("Recruitment of patients; criteria for patients and for data")),
    Item("3b", _l("Recruitment of users")),
    Item("3c", _l("How users were made familiar with the system")),
    Item("4a", _l("Version and type of the algorithm, where and on whom it was trained, performance before")),
    Item("4b", _l("Input data, how they were acquired, checked and what was done when missing")),
    Item("4c", _l("Outputs, and how they are shown to users")),
    Item("5a", _l("Setting in which the system was evaluated")),
    Item("5b", _l("Clinical workflow, when the system is consulted, who decides in the end")),
    Item("6a", _l("How significant errors and malfunctions are defined and found")),
    Item("6b", _l("How risks to patients were identified, analysed and reduced")),
    Item("7", _l("Human factors: tools, methods, users")),
    Item("8", _l("Ethics: differences between groups, and how they were looked for")),
    Item("9a", _l("Baseline characteristics of patients, missing input")),
    Item("9b", _l("Characteristics of users")),
    Item("10a", _l("Exposure of users to the system, use as intended")),
    Item("10b", _l("Changes of the system or its hardware during the study")),
    Item("11", _l("Adherence to the system's recommendation")),
    Item("12a", _l("Errors and malfunctions found")),
    Item("12b", _l("Risks and harm to patients that followed")),
    Item("13", _l("Human factors: usability results")),
    Item("14", _l("Agreement of users with the system; change of the users' estimates")),
    Item("15", _l("Support for the intended use by the results")),
    Item("16", _l("Safety and limits of the system in the light of the results")),
    Item("17", _l("Availability of data and code")),
)

GUIDELINES = {"TRIPOD+AI": TRIPOD_AI, "CONSORT-AI": CONSORT_AI, "DECIDE-AI": DECIDE_AI}
