"""What resources are made of, against a walk through the tree."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from booking.resources.model import Node, goes_round, leaves, lineage

SITE = UUID(int=10_000)


@st.composite
def trees(draw: st.DrawFn) -> list[Node]:
    nodes: list[Node] = []
    for number in range(1, draw(st.integers(1, 14)) + 1):
        older = [node.resource_id for node in nodes if not node.part_ids]
        parent = draw(st.none() | st.sampled_from(older)) if older else None
        parts = (
            draw(st.lists(st.sampled_from([node.resource_id for node in nodes]), max_size=3)) if nodes else []
        )
        new = Node(UUID(int=number), parent, tuple(parts) if draw(st.booleans()) else ())
        nodes += [] if goes_round(new, nodes) else [new]
    return nodes


@given(nodes=trees())
def test_leaves_are_what_a_walk_down_ends_at(nodes: list[Node]) -> None:
    found = leaves(nodes)

    def walk(resource_id: UUID) -> set[UUID]:
        node = next(each for each in nodes if each.resource_id == resource_id)
        inside = {each.resource_id for each in nodes if each.parent_id == resource_id} | set(node.part_ids)
        return {resource_id} if not inside else set().union(*(walk(each) for each in inside))

    for node in nodes:
        assert found[node.resource_id] == tuple(sorted(walk(node.resource_id)))


@given(nodes=trees())
def test_a_lineage_leads_to_the_site_without_going_round(nodes: list[Node]) -> None:
    known = {node.resource_id: node for node in nodes}
    for node in nodes:
        way = lineage(node, SITE, known)
        assert way[0] == node.resource_id
        assert way[-1] == SITE
        assert len(set(way)) == len(way)


def test_a_resource_cannot_be_made_of_what_it_stands_in() -> None:
    floor, room, other = (Node(UUID(int=1), None), Node(UUID(int=2), UUID(int=1)), Node(UUID(int=3), None))
    both = Node(UUID(int=4), None, (UUID(int=1), UUID(int=3)))
    nodes = [floor, room, other, both]
    assert goes_round(Node(UUID(int=5), UUID(int=2), (UUID(int=1), UUID(int=3))), nodes)
    assert goes_round(Node(UUID(int=5), UUID(int=2), (UUID(int=4), UUID(int=3))), nodes)
    assert not goes_round(Node(UUID(int=5), UUID(int=3), (UUID(int=1), UUID(int=2))), nodes)
