"""Parts that do not belong together, or that cannot be: never a green verdict, and it is said why."""

from __future__ import annotations

import datetime as dt

import jsonschema
import pytest

from checker.errors import UsageError
from checker.joining import join
from checker.model.outcome import Outcome
from checker.model.part import Part, Shard
from checker.model.verdict import DecisionWord, EngineRun, SkillVerdict
from checker.reporters.json_ import document
from checker.reporters.schema import verdict_schema
from checker.rules.parts.engines import joined_runs
from tests.cli.conftest import POLICY, packaged
from tests.parts.world import Change, prompt
from tests.support.trees import MemoryTree
from tests.support.verdicts import NOW

FOUR = {**prompt("a"), **prompt("b"), **prompt("c"), **prompt("d")}
MERGED = MemoryTree({**POLICY, **prompt("old")}, "b" * 40)


def change(files=None, head="a" * 40, base=MERGED):
    whole = MemoryTree({**POLICY, **prompt("old"), **(files or FOUR)}, head)
    return Change(whole, base, frozenset(), deaf=False, sandbox=False, only=())


def parts(of=2, made=None):
    made = made or change()
    return [(f"part-{number}", made.examined(Shard(number, of))) for number in range(1, of + 1)]


def altered(given, **update):
    name, verdict = given
    return name, verdict.model_copy(update=update)


def within(given, **update):
    return altered(given, part=given[1].part.model_copy(update=update))


def divided(given, **update):
    return within(given, division=given[1].part.division.model_copy(update=update))


def refused(*given, plan=None):
    with pytest.raises(UsageError) as caught:
        join(given, plan, NOW)
    return str(caught.value)


def test_two_parts_make_a_pass():
    assert join(parts(), None, NOW).decision == "pass"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("policy", "f" * 64),
        ("proctor", "0.0.9"),
        ("merge_base", "c" * 40),
        ("skills", ("skills/a", "skills/b")),
    ],
)
def test_parts_of_different_runs_are_refused(field, value):
    first, second = parts()
    assert f"differ in `{field.replace('_', ' ')}`" in refused(first, divided(second, **{field: value}))


def test_another_head_or_base_is_refused():
    first, _ = parts()
    assert "differ in `head`" in refused(first, parts(made=change(head="c" * 40))[1])
    other = change(base=MemoryTree({**POLICY, **prompt("old")}, "d" * 40))
    assert "differ in `base`" in refused(first, parts(made=other)[1])


def test_a_part_is_held_against_the_plan():
    first, second = parts()
    planned = first[1].part.division.model_copy(update={"head": "e" * 40})
    assert "the plan and part-1 are not of one run" in refused(first, second, plan=planned)


@pytest.mark.parametrize(("field", "value"), [("options", ("--offline",)), ("remarks", ("moved: x to y",))])
def test_parts_that_were_asked_otherwise_are_refused(field, value):
    first, second = parts()
    assert f"differ in `{field}`" in refused(first, within(second, **{field: value}))


def test_another_number_of_parts_is_refused():
    assert "differ in `of`" in refused(parts(2)[0], parts(3)[1])


def test_a_part_given_twice_is_refused():
    first, second = parts()
    assert "part 1/2 is given twice: part-1 and again" in refused(first, second, ("again", first[1]))


def test_different_advisories_are_refused():
    first, second = parts()
    said = refused(altered(first, advisories="Monday"), altered(second, advisories="Friday"))
    assert "different advisories" in said
    joined = join([altered(first, advisories="Monday"), altered(second, advisories="")], None, NOW)
    assert joined.advisories == "Monday", "a part without a lock asks nobody"


def test_a_verdict_that_is_no_part_is_refused():
    first, second = parts()
    assert "no verdict on a part" in refused(first, altered(second, part=None))


def test_skills_of_another_part_or_none_are_refused():
    first, second = parts()
    both = (*first[1].skills, *second[1].skills)
    assert "holds what is not of part 1/2" in refused(altered(first, skills=both), second)
    assert "does not hold all of part 2/2" in refused(first, altered(second, skills=second[1].skills[1:]))
    twice = (*second[1].skills, second[1].skills[0])
    assert "names a skill twice" in refused(first, altered(second, skills=twice))


@pytest.mark.parametrize(
    "outcomes", [(), (Outcome.broken("lock", "", "nobody answered"),)], ids=["nothing asked", "broken"]
)
def test_a_pass_that_its_own_checks_deny_is_refused(outcomes):
    first, second = parts()
    skills = tuple(skill.model_copy(update={"outcomes": outcomes}) for skill in second[1].skills)
    assert "contradicts itself" in refused(first, altered(second, skills=skills))


def test_a_part_that_is_worse_than_its_skills_counts():
    first, second = parts()
    joined = join([first, altered(second, decision=DecisionWord.INCONCLUSIVE)], None, NOW)
    assert joined.decision == "inconclusive"


def test_a_missing_part_is_inconclusive_and_names_its_skills():
    first, second = parts()
    joined = join([first], None, NOW)
    lost = [skill.skill for skill in second[1].skills]
    assert joined.decision == "inconclusive"
    assert f"part 2/2 left no verdict; not examined: {', '.join(lost)}" in joined.notes
    assert [s.skill for s in joined.skills if s.decision == "inconclusive"] == lost
    assert joined.skills[0].decision in ("pass", "inconclusive")


def test_what_failed_fails_although_a_part_is_missing():
    made = change(FOUR | packaged("bad", "evil"))
    whole = parts(made=made)
    (bad,) = (part for part in whole if "skills/bad" in {skill.skill for skill in part[1].skills})
    assert join([bad], None, NOW).decision == "fail"


def test_without_any_part_the_plan_tells_what_nobody_examined():
    planned = parts()[0][1].part.division
    joined = join([], planned, NOW)
    assert (joined.decision, joined.head, joined.base) == ("inconclusive", "a" * 40, "b" * 40)
    assert [skill.skill for skill in joined.skills] == [f"skills/{name}" for name in "abcd"]
    assert "no part was given" in refused()


def test_a_part_that_had_no_revisions_is_missing_and_says_why():
    first, (name, second) = parts()
    lost = second.model_copy(
        update={
            "part": Part(number=2, of=2),
            "decision": DecisionWord.INCONCLUSIVE,
            "skills": (),
            "notes": ("git: fetch failed",),
        }
    )
    joined = join([first, (name, lost)], None, NOW)
    assert joined.decision == "inconclusive"
    assert "part 2/2: git: fetch failed" in joined.notes
    alone = join([(name, lost)], None, NOW)
    assert (alone.decision, alone.notes) == ("inconclusive", ("part 2/2: git: fetch failed",))
    passing = lost.model_copy(update={"decision": DecisionWord.PASS})
    assert "contradicts itself" in refused(first, (name, passing))


def test_a_policy_that_cannot_be_read_is_said_once():
    broken = change(base=MemoryTree({**POLICY, "policies/maturity.yaml": "version: 1\nx: 1\n"}, "b" * 40))
    whole = broken.examined()
    assert whole.error
    assert join(parts(made=broken), None, NOW) == whole
    first, second = parts()[0], parts(made=broken)[1]
    assert "not of one run" in refused(first, second)


def test_a_skill_where_the_policy_lies_stays_itself():
    made = change(FOUR | {"policies/SKILL.md": "---\nname: policies\ndescription: x\n---\n"})
    assert join(parts(3, made), None, NOW) == made.examined()
    for kept in ([0, 1], [1, 2], [0, 2]):
        some = [parts(3, made)[number] for number in kept]
        assert join(some, None, NOW).decision in ("fail", "inconclusive")


def test_waivers_of_what_nobody_examined_are_not_called_unused():
    waiver = (
        'version: 1\nwaivers:\n  - {skill: "skills/*", rule: undeclared, subject: x, reason: r,'
        ' owner: "@a/b", expires: 2026-12-31}\n'
    )
    base = MemoryTree({**POLICY, **prompt("old"), "policies/waivers.yaml": waiver}, "b" * 40)
    whole = MemoryTree({**POLICY, **prompt("old"), **FOUR, "policies/waivers.yaml": waiver}, "a" * 40)
    made = Change(whole, base, frozenset(), deaf=False, sandbox=False, only=())
    said = [note for note in join(parts(made=made), None, NOW).notes if "is unused" in note]
    assert len(said) == 1
    assert not [note for note in join(parts(made=made)[:1], None, NOW).notes if "is unused" in note]


def waiving(rule):
    row = f'  - {{skill: "skills/*", rule: {rule}, subject: x, reason: r, owner: "@a/b", expires: 2026-12-31}}\n'
    return {"policies/waivers.yaml": f"version: 1\nwaivers:\n{row}"}


def misnamed(made, shard=None):
    return [note for note in made.examined(shard).notes if "waiver at" in note]


def test_a_slip_in_a_waivers_rule_is_said_with_its_place_and_once():
    """Like `policy lint`, which calls it an error; the policy stays as readable as it was."""
    base = MemoryTree({**POLICY, **waiving("undeclerd")}, "b" * 40)
    made = change({**waiving("undeclerd"), **FOUR}, base=base)
    said = (
        "waiver at policies/waivers.yaml:3 (undeclerd, x) accepts nothing: no check is named `undeclerd` "
        "(did you mean `undeclared`?)"
    )
    assert misnamed(made) == misnamed(made, Shard(1, 2)) == [said]
    joined = join(parts(made=made), None, NOW)
    assert (joined.decision, [note for note in joined.notes if "waiver at" in note]) == ("pass", [said])


@pytest.mark.parametrize("rule", ["policy", "network-attempt", "sandbox"])
def test_every_rule_that_findings_go_by_is_no_slip(rule):
    base = MemoryTree({**POLICY, **waiving(rule)}, "b" * 40)
    assert not [note for note in misnamed(change({**waiving(rule), **FOUR}, base=base)) if "accepts" in note]


def test_the_change_that_brings_a_slip_is_told():
    """The base's policy judges, but nobody should have to merge it to see."""
    made = change({**waiving("sandbx"), **FOUR}, base=MemoryTree(POLICY, "b" * 40))
    assert [note.partition(" accepts ")[0] for note in misnamed(made)] == [
        "waiver at policies/waivers.yaml:3 (sandbx, x)"
    ]
    mended = change(
        {**waiving("sandbox"), **FOUR}, base=MemoryTree({**POLICY, **waiving("sandbx")}, "b" * 40)
    )
    assert not [note for note in misnamed(mended) if "accepts" in note]


RAN = EngineRun(name="osv", version="1", ran=True)
IDLE = EngineRun(name="osv", ran=False, reason="no skill locks any distribution", idle=True)
BROKE = EngineRun(name="osv", ran=False, reason="no route to it")


@pytest.mark.parametrize(
    ("runs", "ran", "reason"),
    [
        ((RAN, IDLE), True, ""),
        ((RAN, BROKE), False, "in part 2/2: no route to it"),
        ((BROKE, IDLE), False, "no route to it"),
        ((IDLE, IDLE), False, "no skill locks any distribution"),
    ],
)
def test_an_engine_that_broke_anywhere_is_said_to_be_broken(runs, ran, reason):
    given = [(Shard(number, 2), run) for number, run in enumerate(runs, 1)]
    (run,) = joined_runs(given, [])
    assert (run.ran, run.reason) == (ran, reason)


def test_an_engine_that_gave_way_on_one_machine_is_said_to_be_broken():
    docker = EngineRun(name="docker", version="27.0", ran=True)
    gone = EngineRun(name="docker", ran=False, reason="docker: is not there")
    (run,) = joined_runs([(Shard(1, 2), docker), (Shard(2, 2), gone)], [])
    assert (run.ran, run.reason) == (False, "in part 2/2: docker: is not there")


def test_a_part_follows_the_published_schema():
    for _, verdict in parts():
        jsonschema.validate(document(verdict), verdict_schema())


def test_the_time_is_that_of_the_first():
    first, second = parts()
    later = altered(second, now=NOW + dt.timedelta(minutes=9))
    assert join([later, first], None, NOW).now == NOW


def test_a_skill_without_outcomes_shows_in_the_reports():
    from checker.reporters import REPORTERS

    joined = join(parts()[:1], None, NOW)
    lost = next(skill for skill in joined.skills if not skill.outcomes)
    assert isinstance(lost, SkillVerdict)
    for form in REPORTERS:
        assert lost.skill in REPORTERS[form](joined), form
