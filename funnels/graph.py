"""A funnel as a graph: who leads where, the way back, and a drawing for people. Pure."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from funnels.schema import Funnel, GoButton, MenuGo

NODE_WIDTH, NODE_HEIGHT = 200, 44
GAP_X, GAP_Y = 70, 14


def targets(funnel: Funnel, key: str) -> list[str]:
    """The steps that the buttons of a step lead to, in reading order, each once."""
    buttons = (button for row in funnel.steps[key].buttons for button in row)
    found = dict.fromkeys(button.to for button in buttons if isinstance(button, GoButton))
    return [target for target in found if target in funnel.steps]


def entrances(funnel: Funnel) -> list[str]:
    """The start and the steps that the persistent keyboard leads to."""
    menu = (button.to for row in funnel.menu for button in row if isinstance(button, MenuGo))
    return [key for key in dict.fromkeys((funnel.start, *menu)) if key in funnel.steps]


def parents(funnel: Funnel) -> dict[str, str | None]:
    """The shortest way back from every reachable step; None for those without one, as the start."""
    found: dict[str, str | None] = {}
    doors = entrances(funnel)
    for entrance in doors:
        found.setdefault(entrance, None if entrance == doors[0] else doors[0])
        queue = deque([entrance])
        while queue:
            key = queue.popleft()
            for target in targets(funnel, key):
                if target not in found:
                    found[target] = key
                    queue.append(target)
    return found


@dataclass(frozen=True, slots=True)
class Node:
    key: str
    title: str
    kind: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Edge:
    source: str
    target: str
    curve: str  # the `d` of an SVG path
    is_tree: bool  # False: a shortcut or a way back, to be drawn faintly


@dataclass(frozen=True, slots=True)
class Diagram:
    """Coordinates are those of an SVG; a node is NODE_WIDTH × NODE_HEIGHT with its corner at (x, y)."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    width: int
    height: int


def layout(funnel: Funnel) -> Diagram:
    """A tree from left to right, a column per press; steps that nothing leads to stand at the left, too."""
    above = parents(funnel)
    roots = [key for key in funnel.steps if above.get(key) is None]
    children: dict[str, list[str]] = {key: [] for key in funnel.steps}
    for key, parent in above.items():
        if parent is not None:
            children[parent].append(key)
    places = _places(roots, children)
    nodes = tuple(Node(key, step.title or key, step.type, *places[key]) for key, step in funnel.steps.items())
    edges = tuple(
        Edge(key, target, _curve(places[key], places[target]), above.get(target) == key)
        for key in funnel.steps
        for target in dict.fromkeys((*children[key], *targets(funnel, key)))
    )
    return Diagram(
        nodes,
        edges,
        width=max(node.x for node in nodes) + NODE_WIDTH + GAP_Y,
        height=max(node.y for node in nodes) + NODE_HEIGHT + GAP_Y,
    )


def _places(roots: list[str], children: dict[str, list[str]]) -> dict[str, tuple[int, int]]:
    """Leaves stand under each other, a parent in the middle of its children."""
    places: dict[str, tuple[int, int]] = {}
    row = GAP_Y
    stack = [(root, GAP_Y, False) for root in reversed(roots)]
    while stack:
        key, x, done = stack.pop()
        if not children[key]:
            places[key] = (x, row)
            row += NODE_HEIGHT + GAP_Y
        elif done:
            heights = [places[child][1] for child in children[key]]
            places[key] = (x, (heights[0] + heights[-1]) // 2)
        else:
            stack.append((key, x, True))
            stack.extend((child, x + NODE_WIDTH + GAP_X, False) for child in reversed(children[key]))
    return places


def _curve(source: tuple[int, int], target: tuple[int, int]) -> str:
    x1, y1 = source[0] + NODE_WIDTH, source[1] + NODE_HEIGHT // 2
    x2, y2 = target[0], target[1] + NODE_HEIGHT // 2
    bend = GAP_X // 2
    return f"M{x1} {y1} C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"
