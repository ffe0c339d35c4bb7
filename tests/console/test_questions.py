"""Questions that were not understood become examples, over HTTP, with the small model."""

from __future__ import annotations

import re

from bot.retraining import Retraining
from bot.settings import Settings
from nlu import training
from tests.console.conftest import Console
from tests.console.questions import asked, console, form_of, labels, models, send, settings

__all__ = ["console", "labels", "models", "settings"]


async def test_alike_questions_are_one_group_and_become_examples(
    console: Console, models: Retraining, settings: Settings
) -> None:
    old, mine = await asked(
        console, 1, "gigi bolong boleh berangkat tidak", "hp 0812-3456-7890: gigi bolong boleh berangkat ga"
    )
    [third] = await asked(console, 2, "apakah gigi bolong boleh berangkat", language="jv")
    await asked(console, 3, "jadwal kapal ferry ke batam besok")
    editor = await console.signed_in("rina", "editor")
    page = await editor.get("/questions")
    assert page.text.count('class="group"') == 2
    assert "3 pertanyaan" in page.text
    assert "0812" not in page.text

    page = await editor.get(f"/questions/{old}")
    fields = form_of(page)
    assert len(fields["question"]) == len(fields["use"]) == 3
    assert fields[f"text-{mine}"] == ["hp : gigi bolong boleh berangkat ga"]
    assert (fields[f"language-{old}"], fields[f"language-{third}"]) == (["id"], ["jv"])

    # Without a topic, or with a sentence that is there already, nothing is kept, and what was typed stays.
    fields[f"text-{mine}"] = ["Gigi bolong, boleh berangkat tidak?"]
    fields[f"text-{third}"] = ["apa gigi harus ditambal, hubungi budi@example.org"]
    fields |= {"do": ["examples"], "topic": [""]}
    page = await send(editor, f"/questions/{old}?kind=unanswered", fields)
    assert "Pilih topiknya dulu" in page.text
    page = await send(
        editor, f"/questions/{old}", form_of(page) | {"do": ["examples"], "topic": ["medical-check"]}
    )
    assert page.status == 400
    assert page.text.count("Hampir sama dengan “gigi bolong boleh berangkat tidak”") == 1
    fields = form_of(page)
    assert fields["use"] == [str(third), str(old)]
    assert not (settings.data_dir / "nlu-review").exists()
    page = await send(editor, f"/questions/{old}", fields | {"do": ["examples"]})
    assert page.status == 200
    assert page.text.count('class="group"') == 1

    files = sorted((settings.data_dir / "nlu-review").rglob("*.yml"))
    module = models.modules["medical-check"]
    assert [f"{file.parent.name}/{file.stem}" for file in files] == [f"id/{module}", f"jv/{module}"]
    learned = training.read(settings.data_dir / "nlu-review").examples
    assert [(example.text, example.intent, example.language) for example in learned] == [
        ("gigi bolong boleh berangkat tidak", "medical-check", "id"),
        ("apa gigi harus ditambal, hubungi", "medical-check", "jv"),
    ]

    page = await editor.get("/questions/decided")
    assert "3 pertanyaan" in page.text
    [decision] = re.findall(r"/questions/decided/(\d+)/undo", page.text)
    await editor.post(f"/questions/decided/{decision}/undo")
    assert (await editor.get("/questions")).text.count('class="group"') == 2
    assert not list((settings.data_dir / "nlu-review").rglob("*.yml"))
    assert [deed.what for deed in await console.deeds()][-2:] == ["questions decided", "questions put back"]


async def test_out_of_scope_is_learned_and_nothing_is_not(console: Console, settings: Settings) -> None:
    [football, noise, unsure] = [
        *await asked(console, 1, "skor liga tadi malam", "hmm"),
        *await asked(console, 2, "urus itu dong", rung="choose", outcome="offered"),
    ]
    editor, viewer = await console.signed_in("rina", "editor"), await console.signed_in("budi", "viewer")
    page = await viewer.get(f"/questions/{football}")
    assert "skor liga" in page.text
    assert 'name="do"' not in page.text
    page = await editor.get(f"/questions/{football}")
    await send(editor, f"/questions/{football}", form_of(page) | {"do": ["out-of-scope"]})
    page = await editor.get(f"/questions/{noise}")
    await send(editor, f"/questions/{noise}", form_of(page) | {"do": ["nothing"]})
    page = await editor.get("/questions")
    assert "Tidak ada pertanyaan yang menunggu" in page.text
    assert "urus itu dong" in (await editor.get("/questions?kind=unsure")).text
    [example] = training.read(settings.data_dir / "nlu-review").examples
    assert (example.text, example.intent, example.module) == ("skor liga tadi malam", *2 * ["out-of-scope"])

    # Two people at once: the second is told, and nothing is decided twice.
    page = await editor.get(f"/questions/{unsure}?kind=unsure")
    fields = form_of(page) | {"do": ["nothing"]}
    await send(editor, f"/questions/{unsure}?kind=unsure", fields)
    await editor.get("/account")
    page = await send(editor, f"/questions/{unsure}?kind=unsure", {**fields, "csrf": [editor.page.csrf]})
    assert page.status == 409
    assert "Rekan Anda sudah memutuskan" in page.text


async def test_a_new_topic_is_proposed_with_a_draft_that_names_its_questions(console: Console) -> None:
    first, _ = await asked(console, 1, "boleh bawa kucing 0812-3456-7890", "kucing boleh dibawa")
    editor = await console.signed_in("rina", "editor")
    fields = form_of(await editor.get(f"/questions/{first}")) | {"do": ["topic"], "module": ["routes"]}
    for bad in ("", "Ab", "a b c", "../etc", "passport", "x" * 41):
        page = await send(editor, f"/questions/{first}", fields | {"new-topic": [bad]})
        assert page.status == 400, bad
        assert "Nama topik baru" in page.text
    page = await send(editor, f"/questions/{first}", fields | {"new-topic": ["bring-pets"]})
    assert page.status == 200
    page = await editor.get("/questions/decided")
    assert "routes/bring-pets" in page.text
    [path] = re.findall(r"/questions/decided/\d+/draft", page.text)
    draft = await editor.post(path, follow=False)
    assert draft.headers["Content-Disposition"] == 'attachment; filename="bring-pets.md"'
    assert "\ntitle:" in draft.text
    assert draft.text.endswith("%% kucing boleh dibawa\n%% boleh bawa kucing\n")
    assert (await console.deeds())[-1].what == "topic draft exported"
    assert (await editor.post("/questions/decided/99/draft", follow=False)).status == 404
