"""Chunks are issued in any order, by whoever comes; every document bears the number of its place."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetbill.documents import canonical, view
from jetbill.documents.view import Party
from jetbill.stages.billing import actions, jobs
from jetbill.stages.billing.actions import Issuing, runs
from jetbill.stages.billing.look import Look
from jetbill.stages.billing.models import BillRun, ChunkState, Document, RunState, ViewFrame
from jetbill.stages.billing.sealing import Altered
from jetbill.stages.billing.views import _buyer, _buyer_text
from jetbill.stages.customers.queries import Addressee
from jetbill.stages.ledger import queries as ledger
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.scope import realm_scope
from tests.stages.billing.test_bill_run import FEBRUARY, NOW, sell_home, sign_up


@pytest.fixture
def drafted(north: Realm, monkeypatch: pytest.MonkeyPatch) -> BillRun:
    """A run of seven customers in chunks of three, ready to be issued."""
    monkeypatch.setattr(runs, "CHUNK", 3)
    sell_home(north)
    with realm_scope(north):
        sign_up(*(f"C-{number}" for number in range(7)))
        run = actions.open_run(FEBRUARY, now=NOW)
        assert run is not None
        press = jobs.press_for(run)
        while actions.draft_next(run, press, now=NOW):
            pass
        assert actions.close_drafting(run.pk, press.look.policies, now=NOW) == RunState.ISSUING
    return run


@pytest.mark.django_db
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
def test_chunks_in_any_order_give_the_same_numbers(north: Realm, drafted: BillRun, order: Any) -> None:
    with realm_scope(north):
        drafted.chunks.update(state=ChunkState.WAITING)
        for ordinal in order:
            drafted.chunks.filter(ordinal=ordinal).update(state=ChunkState.DRAFTED)
            assert actions.issue_next(drafted.pk, now=NOW) is Issuing.ISSUED
        assert actions.issue_next(drafted.pk, now=NOW) is Issuing.DONE
        assert BillRun.objects.get(pk=drafted.pk).state == RunState.DONE
        numbers = list(Document.objects.order_by("customer").values_list("number", flat=True))
        assert numbers == [f"INV-2026-{n:06d}" for n in range(1, 8)]
        assert ledger.wrong_balances() == []
        for each in Document.objects.all():
            assert canonical.encode(canonical.decode(each.view)) == each.view


@pytest.mark.django_db
def test_while_others_issue_the_run_is_not_over(north: Realm, drafted: BillRun) -> None:
    with realm_scope(north):
        drafted.chunks.filter(ordinal=1).update(state=ChunkState.WAITING)
        assert actions.issue_next(drafted.pk, now=NOW) is Issuing.ISSUED
        assert actions.issue_next(drafted.pk, now=NOW) is Issuing.ISSUED
        assert actions.issue_next(drafted.pk, now=NOW) is Issuing.OTHERS
        assert BillRun.objects.get(pk=drafted.pk).state == RunState.ISSUING


@pytest.mark.django_db
def test_documents_of_a_run_share_a_frame_and_a_stranger_is_refused(north: Realm, drafted: BillRun) -> None:
    with realm_scope(north):
        assert ViewFrame.objects.count() == 1
        document = Document.objects.first()
        assert document is not None
        view_of_draft = canonical.decode(document.view)
        assert isinstance(view_of_draft, view.Invoice)
        assert (view_of_draft.state, view_of_draft.number) == ("draft", "")
        document.own = document.own.replace("Fiber", "Cable")
        with pytest.raises(Altered):
            assert document.view


texts = st.text(max_size=8)
people = st.builds(
    Addressee,
    customer=st.just(1),
    number=texts,
    name=texts,
    language=texts,
    tax_id=texts,
    lines=st.lists(texts, max_size=3).map(tuple),
    city=texts,
    postcode=texts,
    country=texts,
    email=texts,
)


@given(people)
def test_the_buyer_is_written_as_any_part_of_a_view(to: Addressee) -> None:
    look = Look(1, "en_IE", "UTC", "EUR", Party("North", "IE"), view.Brand("North"))
    assert _buyer_text(to, look) == canonical.fragment(_buyer(to, look))
