"""A photograph: decoded and written anew, so that nothing of the file that came in survives but the pixels.

EXIF (place, time, camera), XMP, comments, text chunks, colour profiles, thumbnails and whatever follows the picture go, and with them
a file that is a picture and a web page at once. PNG keeps every pixel. JPEG is written with its own tables, which changes a value by a
unit or two; a turned one is turned upright first, as the tag that says so goes too.
"""

import warnings
from pathlib import Path

from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from trial.imaging.refusal import Unacceptable

MOST_PIXELS = 50_000_000
"""A camera has 12 to 24 million, an endoscope 2."""
MODES = {"PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"), "JPEG": ("L", "RGB")}
ORIENTATION = 0x0112
QUALITY = 95
BROKEN = (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError)

ImageFile.LOAD_TRUNCATED_IMAGES = False


def opened(source: Path) -> Image.Image:
    """The picture, decoded, within the limit of pixels. Raises Unacceptable."""
    try:
        with source.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limit below is the stricter one
            picture = Image.open(file, formats=tuple(MODES))
            if picture.width * picture.height > MOST_PIXELS:
                raise Unacceptable("bomb", "pixels")
            if getattr(picture, "n_frames", 1) > 1:
                raise Unacceptable("several")
            picture.load()
    except Image.DecompressionBombError as error:
        raise Unacceptable("bomb", "pixels") from error
    except BROKEN as error:
        raise Unacceptable("truncated" if "truncated" in str(error) else "unreadable", "picture") from error
    return picture


def rewritten(source: Path, target: Path) -> None:
    """The picture at `source` as nothing but pixels at `target`, in the same format. Raises Unacceptable."""
    picture = opened(source)
    kind, turned = str(picture.format), picture.getexif().get(ORIENTATION, 1) != 1
    transparency = picture.info.get("transparency")
    upright = ImageOps.exif_transpose(picture) if turned else picture
    upright.info.clear()
    if upright.mode not in MODES[kind]:
        upright, turned = upright.convert("RGB"), True
    if kind == "JPEG":
        upright.save(target, kind, **({"quality": QUALITY, "subsampling": 0} if turned else {"quality": "keep"}))
    else:
        upright.save(target, kind, **({} if transparency is None else {"transparency": transparency}))
