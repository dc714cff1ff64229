"""What the system can say of the model and of its use in the trial: one sentence a function, from the data of the dossier alone.

A sentence that nothing in the data supports is None: the item is then the authors' to write.
"""

from collections.abc import Callable, Iterable

from analysis.reports.dossier_data import DossierData
from forms.text import _l

Translate = Callable[[str], str]
Say = Callable[[DossierData, Translate], str | None]


def identity(d: DossierData, tr: Translate) -> str:
    """Which model."""
    m = d.manifest
    text = _l("{name} version {version}, SHA-256 of the weights {digest}, of the manifest {manifest}.")
    return tr(text).format(name=m.name, version=m.version, digest=m.sha256, manifest=d.manifest_digest)


def purpose(d: DossierData, tr: Translate) -> str | None:
    """What it is for, in the words that were approved."""
    return d.manifest.intended_use or None


def predicted(d: DossierData, tr: Translate) -> str | None:
    """What it predicts."""
    return tr(_l("Predicts {what}.")).format(what=d.manifest.predicts) if d.manifest.predicts else None


def out_of_scope(d: DossierData, tr: Translate) -> str | None:
    """What it must not be used for."""
    return " ".join(d.manifest.out_of_scope) or None


def objective(d: DossierData, tr: Translate) -> str:
    """Evaluation, never development."""
    return tr(_l("Evaluation of a model frozen before the trial; nothing is fitted to the trial's data."))


def source(d: DossierData, tr: Translate) -> str:
    """Where the data of the evaluation come from."""
    text = _l("Participants of {study}, protocol {version}, entered prospectively on electronic case report forms.")
    return tr(text).format(study=d.protocol.study_id, version=d.protocol.version)


def dates(d: DossierData, tr: Translate) -> str:
    """First consent, and the day of the cut."""
    first = d.setting.first_consent_on
    if first is None:
        return tr(_l("Nobody had consented by the data cut {cut}.")).format(cut=d.cut.named)
    return tr(_l("First consent {first}; data cut {cut}.")).format(first=first.isoformat(), cut=d.cut.named)


def centres(d: DossierData, tr: Translate) -> str:
    """How many sites, and which."""
    text = _l("Sites: {n} ({codes}).")
    return tr(text).format(n=len(d.setting.sites), codes=_listed(d.setting.sites) or tr(_l("none yet")))


def eligibility(d: DossierData, tr: Translate) -> str:
    """The criteria of the protocol in force."""
    return " ".join(f"{each.id}: {tr(each.text)}." for each in d.protocol.criteria)


def treatments(d: DossierData, tr: Translate) -> str:
    """The regimens of the protocol."""
    text = _l("Neoadjuvant regimens of the protocol: {regimens}. After the decision: watch and wait, or operation.")
    return tr(text).format(regimens=_listed(each.label for each in d.protocol.regimens.values()))


def preparation(d: DossierData, tr: Translate) -> str | None:
    """What is done to each input before the arithmetic."""
    prepared = d.manifest.preprocessing
    if not prepared:
        return None
    logged = _listed(each.name for each in prepared if each.transform != "identity") or tr(_l("none"))
    text = _l("Inputs are brought to standard units inside the frozen graph. Logarithm taken of: {logged}.")
    return tr(text).format(logged=logged)


def outcome(d: DossierData, tr: Translate) -> str:
    """The definition of the outcome, as the protocol has it."""
    text = _l(
        "Complete response by {months} months after the decision: after an operation ypT0N0; under watch and wait no regrowth "
        "confirmed; who was not seen clear from day {clear} on is not evaluable (PROTOCOL 5)."
    )
    return tr(text).format(months=d.protocol.design.response_months, clear=d.protocol.design.response_clear_day)


def blinding(d: DossierData, tr: Translate) -> str:
    """Who knew what, and when."""
    return tr(
        _l(
            "The clinician's own estimate is saved, signed and locked before the model is called; the prediction is stored before the "
            "outcome exists and is never written again. Those who later assess the outcome are not blinded to it."
        )
    )


def predictors(d: DossierData, tr: Translate) -> str:
    """The inputs, by modality."""
    m = d.manifest
    counted = (f"{kind} {sum(each.modality == kind for each in m.inputs)}" for kind in m.modalities)
    text = _l("{n} inputs, fixed with units and ranges in the manifest: {modalities}. The table of inputs names each.")
    return tr(text).format(n=len(m.inputs), modalities=_listed(counted))


def timing(d: DossierData, tr: Translate) -> str:
    """When inputs are read."""
    return tr(
        _l(
            "Read at the decision point from the last restaging that was done and from baseline; the revision of the form that each "
            "value came from is stored with the call."
        )
    )


def size(d: DossierData, tr: Translate) -> str:
    """How many, and why so many: the trial's own size."""
    design = d.protocol.design
    text = _l(
        "The trial was sized for non-inferiority of the randomised comparison, not for the model: {enrolled} enrolled, {randomised} "
        "randomised (PROTOCOL 8)."
    )
    return tr(text).format(enrolled=design.enrolled, randomised=design.randomised)


def missing(d: DossierData, tr: Translate) -> str:
    """What is done where an input is missing."""
    least = _listed(f"{n} of {kind}" for kind, n in d.manifest.minimum.items()) or tr(_l("none"))
    text = _l(
        "A missing value is passed as missing and never replaced; the model was trained with missing inputs. A call is refused below the "
        "minimum of known inputs: {least}."
    )
    return tr(text).format(least=least)


def quality(d: DossierData, tr: Translate) -> str:
    """Poor input."""
    return tr(
        _l(
            "Feature tables that fail their quality control, or whose names, units or extractor differ from what was declared, are refused "
            "and count as missing. A value outside the range of training is passed, flagged and stored."
        )
    )


def kind(d: DossierData, tr: Translate) -> str | None:
    """The type of model, in the words of its manifest."""
    found = d.manifest.specification.get("kind")
    return tr(_l("Type: {kind}.")).format(kind=found) if found else None


def validation(d: DossierData, tr: Translate) -> str | None:
    """That there was internal validation, where it is described."""
    return tr(_l("Internal validation of the training data: see the model card.")) if d.manifest.validation else None


def training(d: DossierData, tr: Translate) -> str | None:
    """What it was trained on."""
    told = d.manifest.training
    if not told:
        return None
    text = _l("Trained before the trial on: {cohort}, n = {n}. The model card describes them.")
    return tr(text).format(cohort=told.get("cohort", "?"), n=told.get("n", "?"))


def measures(d: DossierData, tr: Translate) -> str | None:
    """The measures that were worked out."""
    if not d.tables:
        return None
    return tr(_l("Tables in this dossier: {titles}.")).format(titles="; ".join(t.title for t in d.tables))


def performance(d: DossierData, tr: Translate) -> str | None:
    """Where the results stand."""
    if not d.tables:
        return None
    return tr(_l("See the section on prospective performance; calls with a known outcome: {n}.")).format(
        n=d.setting.with_outcome
    )


def no_update(d: DossierData, tr: Translate) -> str:
    """The model is as it was."""
    text = _l("None. The model is frozen; {n} reference vectors were run for this dossier, largest difference {worst}.")
    return tr(text).format(n=len(d.vectors), worst=f"{d.worst:.6f}")


def output(d: DossierData, tr: Translate) -> str:
    """What the model answers, and the rule made of it."""
    m = d.manifest
    rule = f" {m.threshold_rule}" if m.threshold_rule else ""
    text = _l("A probability, rounded to {digits} digits; positive from {threshold} on.")
    return tr(text).format(digits=m.digits, threshold=m.threshold) + rule


def contribution(d: DossierData, tr: Translate) -> str:
    """What follows from a class."""
    return tr(
        _l(
            "A participant with a complete or near-complete clinical response and a positive class is a candidate for organ preservation; "
            "the multidisciplinary team decides, and a departure needs a reason, which is stored."
        )
    )


def computed(d: DossierData, tr: Translate) -> str:
    """How predictions are worked out."""
    text = _l(
        "One frozen ONNX graph, run by onnxruntime {version} in a process of its own; digests are verified before each call and the "
        "reference vectors at each start and daily, else the call is refused."
    )
    return tr(text).format(version=d.manifest.onnxruntime)


def calls(d: DossierData, tr: Translate) -> str:
    """How many calls there were."""
    text = _l("Consented: {consented}. Calls answered: {called}, refused: {refused}, with a known outcome: {known}.")
    s = d.setting
    return tr(text).format(consented=s.consented, called=s.called, refused=s.refused, known=s.with_outcome)


def registration(d: DossierData, tr: Translate) -> str:
    """The protocol."""
    text = _l("Protocol {study} version {version}.")
    return tr(text).format(study=d.protocol.study_id, version=d.protocol.version)


def consent(d: DossierData, tr: Translate) -> str:
    """That consent is a rule of the system."""
    return tr(_l("No form is entered before informed consent; consent to each use of samples is recorded on its own."))


def code(d: DossierData, tr: Translate) -> str:
    """What is needed to run it again."""
    text = _l(
        "The frozen graph, its manifest, reference vectors and the training script are kept with the system ({libraries})."
    )
    libraries = _listed(f"{name} {version}" for name, version in sorted(d.manifest.libraries.items()))
    return tr(text).format(libraries=libraries or f"onnxruntime {d.manifest.onnxruntime}")


def specification(d: DossierData, tr: Translate) -> str:
    """Whether the arithmetic can be followed by hand."""
    if d.manifest.specification:
        return tr(_l("Every coefficient stands in the manifest: a prediction can be worked out by hand."))
    return tr(_l("The graph itself is the specification; its digest stands above."))


def integration(d: DossierData, tr: Translate) -> str:
    """Where in the trial it is called."""
    return tr(
        _l(
            "Called inside the trial's data capture system at the decision point, once restaging is complete and without open queries; "
            "nothing is sent to another system."
        )
    )


def handling(d: DossierData, tr: Translate) -> str:
    """Who handles the input."""
    return tr(
        _l(
            "Inputs are taken from the forms and checked feature tables by the system; nobody types or changes them for the call. "
            "Those who enter forms are trained and delegated; the call is an investigator's."
        )
    )


def errors(d: DossierData, tr: Translate) -> str:
    """What counts as a malfunction, and what happens then."""
    return tr(
        _l(
            "A digest or reference vector that differs, no answer in time, a lost process, inputs below the minimum: the call is refused, "
            "the refusal is stored with its reason, and nobody is randomised on it."
        )
    )


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)
