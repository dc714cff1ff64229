"""The JSON API under /api/v1: the same actions and the same permissions as the pages, for programs that come in with a token.

Every operation is declared once (`operations.operation`): its address, the right it needs, what it takes and gives. The routes, the
gate's entries and the OpenAPI document are made from that declaration.
"""

from trial.web.api import data_office, desks, omics, participants, study
from trial.web.api.operations import PERMISSIONS, pages

__all__ = ["PERMISSIONS", "data_office", "desks", "omics", "pages", "participants", "study"]
