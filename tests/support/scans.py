"""One scan through the check: two locked pins, `demo==1.0` (affected where anybody knows) and `clean==1.0`."""

from __future__ import annotations

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from checker.checks import vulnerabilities
from checker.model.answers import Answers
from checker.model.base import Location
from checker.model.level import Level
from checker.model.lock import Lock, LockedDistribution
from checker.model.plan import Exam, Examinee
from checker.model.policy import AdvisorySettings
from checker.model.skill import DeclaredPackage, Skill
from checker.tools import Scanner, Tools
from tests.support.verdicts import NOW, policy

HOME = "skills/a"


class Quiet:
    """Progress that nobody sees."""

    def step(self, stage: str, detail: str = "") -> None:
        pass


def skill(*locked: str) -> Skill:
    """A skill that declares and locks these pins."""
    pairs = [text.split("==") for text in locked]
    place = Location(file=f"{HOME}/pylock.toml", line=1)
    distributions = tuple(
        LockedDistribution(name=canonicalize_name(name), version=Version(version), requires=())
        for name, version in pairs
    )
    packages = tuple(DeclaredPackage(requirement=Requirement(name), location=place) for name, _ in pairs)
    lines = (1,) * len(distributions)
    lock = Lock(file=place.file, target="linux", distributions=distributions, lines=lines)
    return Skill(
        id=HOME,
        skill_md=f"{HOME}/SKILL.md",
        manifest=f"{HOME}/skill.yaml",
        packages=packages,
        locks={"linux": lock},
    )


def examined(*scanners: Scanner, locked: tuple[str, ...] = ("demo==1.0", "clean==1.0")) -> Answers:
    """What the check says when every engine given is required."""
    required = tuple(scanner.name for scanner in scanners)
    settings = AdvisorySettings.model_construct(source="online", max_age_days=30, require=required)
    exam = Exam(
        policy=policy(advisories=settings),
        examinees=(Examinee(skill=skill(*locked), level=Level.INTERN),),
        now=NOW,
    )
    return vulnerabilities.examine(exam, Tools(head=None, progress=Quiet(), scanners=scanners), {})


def state(answers: Answers) -> str:
    """`passed`, `failed`, `broken`, or `broken, found` where findings came all the same."""
    (outcome,) = answers.outcomes
    return (
        f"{outcome.status.value}, found"
        if outcome.status == "broken" and outcome.findings
        else outcome.status.value
    )
