"""The chat's tools are those of MCP: one table of names, descriptions and arguments."""

from __future__ import annotations

import json

import pytest

from tutor.assist.chat.protocol import ToolCall
from tutor.assist.chat.toolbox import Toolbox, told
from tutor.assist.tools import Desk


async def test_names_descriptions_and_arguments_are_those_that_mcp_serves(real_content, store):
    pytest.importorskip("mcp")
    from mcp import Client

    from tutor.mcp import build_server

    desk = Desk(real_content, store)
    async with Client(build_server(desk)) as client:
        served = {tool.name: tool for tool in (await client.list_tools()).tools}
    offered = {offer["function"]["name"]: offer["function"] for offer in Toolbox(desk).offers}
    assert list(offered) == list(served)
    for name, function in offered.items():
        assert function["description"] == served[name].description
        theirs, ours = served[name].input_schema, function["parameters"]
        assert list(ours["properties"]) == list(theirs.get("properties", {}))
        assert ours.get("required", []) == theirs.get("required", [])
        for argument, about in ours["properties"].items():
            assert about["description"] == theirs["properties"][argument]["description"]


def test_schemas_hold_no_bound_that_a_grammar_would_choke_on(desk):
    schemas = json.dumps(Toolbox(desk).offers)
    for word in ("maxLength", "maxProperties", "exclusiveMaximum", '"title"'):
        assert word not in schemas
    assert len(schemas) < 8_000


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"lesson": "bits", "step": ""}, "bits"),
        ({"lesson": "bits", "knobs": {"outlier": "0", "bits": "4"}}, "bits · outlier 0, bits 4"),
        ({"exercise": "nf4", "source": "import torch\nx = 1"}, "nf4"),
        ({"exercise": "nf4", "source": "x" * 100}, "nf4"),
        ({"answer": ["a", "c"], "seed": 7, "knobs": None}, "a, c · 7"),
        ({"lesson": "\x1b[31mred\u202e"}, "red\ufffd"),
    ],
)
def test_a_call_is_told_in_a_few_words(arguments, words):
    assert told(ToolCall("a", "any", json.dumps(arguments))) == words


def test_a_call_that_cannot_be_read_is_told_by_its_name_alone():
    assert told(ToolCall("a", "any", '{"les')) == ""


async def test_questions_are_asked_and_answers_of_every_shape_are_scored(real_content, desk):
    box = Toolbox(desk)
    for item in real_content.lesson("bits").items:
        asked = await box.use(
            ToolCall("a", "ask_question", json.dumps({"lesson": "bits", "item": item})), 20_000
        )
        assert asked.ok
        seed = int(asked.text.partition("seed: ")[2].partition("\n")[0])
        for answer in ("a", 3, 2.5, ["a"], {"a": "b"}):
            sent = {"lesson": "bits", "item": item, "seed": seed, "answer": answer}
            came = await box.use(ToolCall("a", "answer_question", json.dumps(sent)), 20_000)
            assert came.text.startswith(("Right:", "Not right:")) or not came.ok
