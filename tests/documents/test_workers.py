"""One document never costs another: workers die, are stopped, are replaced."""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from jetbill.documents import canonical, folders, samples
from jetbill.documents.looks import looks
from jetbill.documents.render import Job, render
from jetbill.documents.workers import Limits, Order, Pool, Problem, _environment

LOOK = looks()["north"]


def _order(index: int) -> Order:
    return Order(index, Job(canonical.encode(samples.short(LOOK, index)), samples.ASSETS))


def _heavy(key: str) -> Order:
    """A list so long that it needs more memory or time than the tests allow."""
    view = samples.invoice(LOOK, 1, 4900)
    return Order(key, Job(canonical.encode(view), samples.ASSETS))


def test_all_documents_come_back_under_their_keys_with_the_same_bytes():
    orders = [_order(index) for index in range(12)]
    with Pool(2) as pool:
        made = dict(pool.render_many(iter(orders)))
        again = pool.render(orders[3].job)
    assert made.keys() == set(range(12))
    assert made[3] == again == render(orders[3].job)


def test_a_view_that_cannot_be_drawn_is_a_problem_of_its_own():
    bad = Order("bad", Job(b'{"kind":"letter"}', samples.ASSETS))
    paper = replace(samples.short(LOOK), brand=replace(LOOK.brand, paper="a9"))
    worse = Order("worse", Job(canonical.encode(paper), samples.ASSETS))
    with Pool(1) as pool:
        made = dict(pool.render_many([_order(0), bad, _order(1), worse, _order(2)]))
    assert isinstance(made["bad"], Problem) and "kind" in made["bad"].sentence
    assert isinstance(made["worse"], Problem) and "paper" in made["worse"].sentence
    assert all(isinstance(made[index], bytes) for index in range(3))


def test_a_document_that_kills_its_worker_is_parked_after_two_deaths_and_the_others_go_on():
    with Pool(2, Limits(memory=290 * 2**20)) as pool:
        made = dict(pool.render_many([_order(0), _heavy("heavy"), *[_order(index) for index in range(1, 6)]]))
    problem = made.pop("heavy")
    assert isinstance(problem, Problem)
    assert made.keys() == set(range(6)) and all(isinstance(pdf, bytes) for pdf in made.values())


def test_a_document_that_takes_too_long_is_stopped():
    limits = Limits(wall_s=0, bytes_per_s=10**9)
    with Pool(1, limits) as pool:
        problem = pool.render(_heavy("slow").job)
    assert isinstance(problem, Problem) and problem.is_death and "longer" in problem.sentence


def test_a_document_that_burns_the_processor_is_stopped():
    with Pool(1, Limits(cpu_s=0, bytes_per_s=10**9)) as pool:
        problem = pool.render(_heavy("hot").job)
    assert isinstance(problem, Problem) and problem.is_death and "2 times" in problem.sentence


def test_workers_are_replaced_before_they_grow_old():
    with Pool(1, Limits(documents=3)) as pool:
        seen = set()
        for _, pdf in pool.render_many(_order(index) for index in range(8)):
            assert isinstance(pdf, bytes)
            seen |= {worker.process.pid for worker in pool._workers}
        assert len(seen) >= 2


def test_what_the_parent_holds_is_not_counted_as_the_worker_s():
    held = bytearray(500 * 2**20)
    held[::4096] = b"x" * len(held[::4096])
    with Pool(1) as pool:
        pool.render(_order(1).job)
        assert 0 < pool.peak_mib() < 300
    assert len(held) == 500 * 2**20


def test_nothing_is_left_running_or_lying_about():
    with Pool(2) as pool:
        orders = pool.render_many(_order(index) for index in range(50))
        next(orders)
        workers = list(pool._workers)
        orders.close()
    assert all(worker.process.poll() is not None for worker in workers)
    assert not any(worker.folder.path.exists() for worker in workers)


def test_folders_of_killed_drawers_are_swept_and_those_of_the_living_stay(tmp_path):
    told = "from pathlib import Path; from jetbill.documents.folders import take; import sys, time\n"
    told += "print(take(Path(sys.argv[1])).path, flush=True); time.sleep(600)"
    command = [sys.executable, "-c", told, str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(Path(folders.__file__).parents[2])}
    others = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) for _ in range(2)]
    killed, living = (Path(other.stdout.readline().strip()) for other in others)
    others[0].kill()
    others[0].wait()
    try:
        with Pool(1, base=tmp_path) as pool:
            assert isinstance(pool.render(_order(0).job), bytes)
            assert not killed.exists() and living.exists() and len(list(tmp_path.iterdir())) == 2
    finally:
        others[1].kill()
        others[1].wait()
    assert list(tmp_path.iterdir()) == [living]


def test_a_worker_knows_no_secrets_and_no_way_out(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    made = _environment("/nowhere")
    assert "secret" not in json.dumps(made)
    assert made["http_proxy"] == made["HTTPS_PROXY"] == "http://127.0.0.1:9"


def test_a_long_list_becomes_csv_inside_and_a_pdf_beside():
    import io

    import pikepdf

    view = samples.invoice(LOOK, 2, 5200)
    job = Job(canonical.encode(view), samples.ASSETS)
    with Pool(1) as pool:
        short, lists = pool.render(job), pool.render(job, is_annex=True)
    assert isinstance(short, bytes) and isinstance(lists, bytes), (short, lists)
    with pikepdf.open(io.BytesIO(short)) as opened:
        assert len(opened.pages) == 1
        table = opened.attachments["itemised.csv"].get_file().read_bytes().decode()
        kinds = {str(file.AFRelationship) for file in opened.Root.AF}
    assert table.count("\r\n") == 5201 and table.startswith("list,group,day,time")
    assert kinds == {"/Alternative", "/Data"}
    with pikepdf.open(io.BytesIO(lists)) as opened:
        assert len(opened.pages) > 80
    assert hashlib.sha256(lists).digest() == hashlib.sha256(_annex(job)).digest()


def _annex(job: Job) -> bytes:
    from jetbill.documents.render import render_annex

    return render_annex(job)


@pytest.mark.parametrize("view", [samples.receipt(LOOK), samples.short(LOOK)])
def test_a_document_without_lists_has_no_second_pdf(view):
    with pytest.raises(ValueError, match="no itemised list"):
        _annex(Job(canonical.encode(view), samples.ASSETS))
