"""Update and compile the translations of the window: run it after a text has changed.

    python scripts/translations.py

It updates `resources/translations/*.ts` and compiles them to the `.qm` files that the program
loads. New texts are marked as unfinished: translate them (in a text editor or Qt Linguist), then
run it again. `labeltool_en.ts` holds plural forms only.

One Korean word for each idea, with the English words of the glossary in ARCHITECTURE.md:

    photo 사진 · face 얼굴 · box 박스 · landmark 랜드마크 · point 점 · scheme 랜드마크 구성
    prediction 예측 · proposal 제안 · model 모델 · round 라운드 · train 학습
    decision 판정 · verdict 판정 · accept 수락 · correct 수정 · reject 거부 · exclude 제외
    unreviewed 미검토 · review 검토 · flag 플래그 · label 레이블 · pseudo-label 의사 레이블
    visible 보임 · occluded 가려짐 · absent 없음 · score 신뢰도 점수
    batch 일괄 처리 · undo 되돌리기 · redo 다시 실행 · revert 철회 · restore 복원 · history 이력
    filter 필터 · order 정렬 · list 목록 · gallery 갤러리 · shortcut 단축키
    project 프로젝트 · backup 백업 · pack 묶음 파일

Buttons are nouns or short verbs; sentences end in -습니다, requests in -하세요.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "resources" / "translations"


def sources() -> list[str]:
    """Every module that may contain translatable text."""
    return sorted(str(path.relative_to(ROOT)) for path in (ROOT / "labeltool").rglob("*.py"))


def gather(target: Path, *options: str) -> None:
    """Update a .ts file: new texts are unfinished, removed texts are dropped."""
    tool("lupdate", "-tr-function-alias", "QT_TR_NOOP+=N_", "-locations", "none", "-no-obsolete",
         "-source-language", "en", *options, *sources(), "-ts", str(target))  # fmt: skip


def compile_to(source: Path, target: Path) -> None:
    """Make the .qm file of a .ts file."""
    tool("lrelease", str(source), "-qm", str(target))


def tool(name: str, *arguments: str) -> None:
    """Run one of Qt's tools; show its output only if it fails."""
    program = Path(sys.executable).with_name(f"pyside6-{name}")
    done = subprocess.run([program, *arguments], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for language, options in (("ko", ()), ("en", ("-pluralonly",))):
        file = FOLDER / f"labeltool_{language}.ts"
        gather(file, "-target-language", language, *options)
        compile_to(file, file.with_suffix(".qm"))
        unfinished = file.read_text(encoding="utf-8").count('type="unfinished"')
        print(f"{file.relative_to(ROOT)}: {unfinished} unfinished")


if __name__ == "__main__":
    main()
