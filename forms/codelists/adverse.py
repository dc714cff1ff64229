"""The CTCAE 5.0 terms as a codelist; the code is the term itself, since MedDRA's numbers are licensed."""

from forms import ctcae
from forms.codelist import Code, Codelist

# The terms are NCI's own words in English: they are not extracted for translation.
CTCAE_TERM = Codelist(
    "CTCAE_TERM", tuple(Code(name, name) for name in ctcae.terms()), f"CTCAE {ctcae.VERSION}, NCI CTEP"
)
