"""The funnel as a graph, and its drawing."""

from __future__ import annotations

from itertools import pairwise

from funnels import graph
from funnels.graph import NODE_HEIGHT, NODE_WIDTH, Node
from funnels.loader import load_funnel
from funnels.schema import Funnel
from tests.funnels.samples import GOOD, broken, chain, screen


def funnel(text: str = GOOD) -> Funnel:
    return load_funnel(text, "a.yaml").funnel


def test_targets_are_in_reading_order() -> None:
    assert graph.targets(funnel(), "health") == ["shake", "kids"]
    assert graph.targets(funnel(), "pay") == []


def test_ways_back_are_the_shortest() -> None:
    assert graph.parents(funnel()) == {
        "start": None,
        "health": "start",
        "pay": "start",
        "shake": "health",
        "kids": "health",
    }


def test_a_step_of_the_menu_alone_goes_back_to_the_start() -> None:
    text = broken(
        '"🍎 Здоровье", to: health, set: {intent: client}}\n    - {type: ask',
        '"🍎 Здоровье", to: lost}\n    - {type: ask',
    )
    above = graph.parents(funnel(text + screen("lost", to="deep") + screen("deep", to="lost")))
    assert (above["lost"], above["deep"]) == ("start", "lost")


def test_the_drawing_is_a_tree_from_left_to_right() -> None:
    diagram = graph.layout(funnel())
    places = {node.key: node for node in diagram.nodes}
    tree = {(edge.source, edge.target) for edge in diagram.edges if edge.is_tree}
    assert tree == {("start", "health"), ("start", "pay"), ("health", "shake"), ("health", "kids")}
    assert all(places[source].x < places[target].x for source, target in tree)
    assert {(edge.source, edge.target) for edge in diagram.edges if not edge.is_tree} == {("kids", "start")}
    assert places["health"].y == (places["shake"].y + places["kids"].y) // 2
    assert_readable(diagram)


def test_a_draft_with_mistakes_is_drawn_too() -> None:
    text = broken("start: start", "start: begin").replace("to: shake", "to: shape")
    diagram = graph.layout(funnel(text))
    assert {node.key for node in diagram.nodes} == {"start", "health", "shake", "kids", "pay"}
    assert all(edge.target != "shape" for edge in diagram.edges)
    assert_readable(diagram)


def test_a_long_chain_is_drawn() -> None:
    diagram = graph.layout(funnel(chain(280)))
    assert len(diagram.nodes) == 285
    assert_readable(diagram)


def assert_readable(diagram: graph.Diagram) -> None:
    """No node covers another one, all stand inside."""
    for node in diagram.nodes:
        assert 0 <= node.x <= diagram.width - NODE_WIDTH
        assert 0 <= node.y <= diagram.height - NODE_HEIGHT
    column: dict[int, list[Node]] = {}
    for node in diagram.nodes:
        column.setdefault(node.x, []).append(node)
    for nodes in column.values():
        heights = sorted(node.y for node in nodes)
        assert all(lower - upper > NODE_HEIGHT for upper, lower in pairwise(heights))
