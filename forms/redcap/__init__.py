"""REDCap projects as studies of ours, and studies of ours as REDCap projects.

`read_project` takes a data dictionary and, where there are any, raw data, events, arms and instrument-event mapping;
`read_project_xml` takes a project's XML. `dictionary_csv`, `data_csv`, `events_csv` and `mapping_csv` write a study in
REDCap's own conventions: what our forms say, with what was kept as written put back, so that an export of an import is
the file that was read.
"""

from forms.redcap.problem import RedcapProblem
from forms.redcap.project import read_project
from forms.redcap.project_xml import read_project_xml
from forms.redcap.rows import data_csv, events_csv, mapping_csv
from forms.redcap.setup import Setup, read_missing, read_setup
from forms.redcap.writing import dictionary_csv

__all__ = [
    "RedcapProblem",
    "Setup",
    "data_csv",
    "dictionary_csv",
    "events_csv",
    "mapping_csv",
    "read_missing",
    "read_project",
    "read_project_xml",
    "read_setup",
]
