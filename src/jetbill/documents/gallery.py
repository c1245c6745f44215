"""Pictures of all four documents in every sample brand: `python -m jetbill.documents.gallery FOLDER`."""

import sys
from pathlib import Path

from jetbill.documents import canonical, samples
from jetbill.documents.looks import looks
from jetbill.documents.render import Job, picture
from jetbill.documents.samples import Look
from jetbill.documents.view import State, View


def views(look: Look) -> dict[str, View]:
    """The documents of one brand by name."""
    return {
        "invoice": samples.invoice(look),
        "draft": samples.invoice(look, 1, 30, State.DRAFT),
        "short": samples.short(look, 2),
        "credit_note": samples.credit_note(look),
        "receipt": samples.receipt(look),
        "statement": samples.statement(look),
    }


def gallery(folder: Path, ppi: int = 110) -> list[Path]:
    """Writes one PNG per page into the folder; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for brand, look in looks().items():
        for name, view in views(look).items():
            for number, png in enumerate(picture(Job(canonical.encode(view), samples.ASSETS), ppi), 1):
                path = folder / f"{brand}-{name}-{number}.png"
                path.write_bytes(png)
                made.append(path)
    return made


if __name__ == "__main__":
    for path in gallery(Path(sys.argv[1])):
        print(path)
