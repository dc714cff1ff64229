"""A study arrives, is looked at, and is known to carry no name: in a browser."""

import numpy as np
import pytest

from tests.actions.house import ENROLLED, RESTAGED
from tests.files import made
from trial.actions.upload import upload
from trial.intake import Intake, key_from


def pelvis(number: int, **elements):
    """A slice that looks like something: an ellipse with a bright centre."""
    y, x = np.mgrid[-1:1:192j, -1:1:256j]
    body = ((x / 0.85) ** 2 + (y / 0.75) ** 2 < 1) * 900 + ((x**2 + (y - 0.2) ** 2) < 0.02 * number) * 1800
    pixels = (body + np.random.default_rng(number).normal(0, 40, body.shape).clip(-200, 200) + 220).astype("<u2")
    return made.instance(number, shape=(192, 256), PixelData=pixels.tobytes(), **elements)


@pytest.fixture
def scan(tmp_path):
    """The archive of an imaging department, on the disk."""
    path = tmp_path / "ZIMMERMANN_QUENTIN.zip"
    path.write_bytes(made.zipped({f"Z/IM{n}": made.dicom(pelvis(n, BurnedInAnnotation=None)) for n in (1, 2, 3)}))
    return path


def test_a_study_is_sent_seen_and_looked_at(at_desk, scan, office):
    coordinator = at_desk("coordinator01")
    coordinator.crf(ENROLLED, "MRI0")
    coordinator.page.set_input_files("[name='IMAGES__file']", str(scan))
    assert coordinator.save() == 200
    line = coordinator.item("IMAGES")
    assert "ZIMMERMANN" not in coordinator.page.content()
    assert "3 images in 1 series" in line.inner_text() and "nobody has looked yet" in line.inner_text()
    shown = line.locator(".thumb img")
    shown.scroll_into_view_if_needed()
    coordinator.page.wait_for_function("document.querySelector('#item-IMAGES .thumb img').naturalWidth > 0")
    investigator = at_desk("investigator01")
    photo = office.house
    room = Intake(key_from(b"k" * 32))
    upload(ENROLLED, "RST", "ENDOIMG", made.jpeg((640, 480)), files=photo.files, uow=photo.work(), intake=room)
    upload(RESTAGED, "RST", "ENDOIMG", made.jpeg((640, 480)), files=photo.files, uow=photo.work(), intake=room)
    assert investigator.open(f"/participants/{RESTAGED}/files") == 200
    assert "the same file was sent for another participant" in investigator.page.inner_text("main")
    assert investigator.open(f"/participants/{ENROLLED}/files") == 200
    investigator.press("button[value=clean] >> nth=1")
    assert "no name is burned into the picture" in investigator.banner()
    assert "looked at by" in investigator.page.inner_text("main")
    assert coordinator.faults == investigator.faults == []
