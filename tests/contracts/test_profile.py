"""Profiles: what is refused, with the place and the fix, and what a short one means."""

from decimal import Decimal
from pathlib import Path

import pytest

from veocontracts.profile import Profile, Timeout, load_profile
from veocontracts.profiles import BUNDLED
from veosim import SourceError
from veosim.units import SECOND

SHORT = """\
profile: 1
gateway: {name: acme}
target:
  asgi: {factory: "acme.app:create"}
auth: {keys: {main: vk-main}}
"""
PROCESS = """\
profile: 1
gateway: {name: acme}
target:
  process: {command: [acme, serve]}
auth: {keys: {main: vk-main}}
timeout:
  clock: {scaled: {factor: 60, env: {job_timeout: ACME_S}}}
"""
AMOUNT = 'a quoted decimal above 0, such as "1.50"'
KEYS = ", ".join(Profile.model_fields)
KIND = "p.yaml:6:16: ledger.http: 'kind' says where an entry's kind is, 'charges' which count: give both or neither"
LEVELS = "surface, lifecycle, money, time, hostile"
AUTH = "auth: {keys: {main: vk-main}}"


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Loader":
    """Reads a text as the file `p.yaml`."""
    monkeypatch.chdir(tmp_path)
    return Loader()


class Loader:
    def __call__(self, text: str, **environment: str) -> Profile:
        Path("p.yaml").write_text(text)
        return load_profile("p.yaml", environment)

    def problem(self, text: str) -> str:
        """What is wrong with it."""
        with pytest.raises(SourceError) as caught:
            self(text)
        return str(caught.value)


def test_a_short_profile_takes_the_documents_values(load: Loader) -> None:
    """Who leaves the rest out is judged by 600 s, $1.50 a second and 60 submits a minute."""
    profile = load(SHORT)
    assert profile.timeout == Timeout()
    assert profile.timeout.after == 600 * SECOND
    assert (profile.price.per_second, profile.price.currency) == (Decimal("1.50"), "USD")
    assert (profile.limits.submits_per_minute, profile.limits.counts_polls) == (60, False)
    assert (profile.upstream.dialect, profile.api, profile.refuses) == ("api-video", "cn8-gateway", "either")
    assert profile.require == ("surface", "lifecycle", "money", "time", "hostile")
    assert (profile.ledger.job, profile.ledger.http, profile.waive) == (None, None, {})


def test_variables_come_from_the_environment(load: Loader) -> None:
    """`${NAME}` is replaced inside any text, several times too."""
    profile = load(SHORT.replace("vk-main", '"${A}-${B}"'), A="vk", B="7")
    assert profile.auth.keys == {"main": "vk-7"}


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "gateway: {name: acme}",
            "gateway: {name: acme}\nledgr: {}",
            f"p.yaml:3:1: ledgr: unknown key 'ledgr'; allowed: {KEYS}; did you mean 'ledger'?",
        ),
        (
            '{factory: "acme.app:create"}',
            '{factory: "acme.app:create", kwarg: {}}',
            "p.yaml:4:38: target.asgi.kwarg: unknown key 'kwarg'; allowed: factory, kwargs; did you mean 'kwargs'?",
        ),
        (
            "vk-main",
            '"${ACME_KEY}"',
            "p.yaml:5:21: auth.keys.main: the variable ACME_KEY is not set; export ACME_KEY=…",
        ),
        (
            "vk-main",
            '"${ACME_KEY:-none}"',
            "p.yaml:5:21: auth.keys.main: '${ACME_KEY:-none}' is no variable; allowed: ${NAME}, without anything else",
        ),
        (
            'asgi: {factory: "acme.app:create"}',
            'process: {command: [acme, "--port={prt}", "{message}"]}',
            "p.yaml:4:29: target.process.command[1]: '{prt}' is nothing that is filled in; did you mean 'port'?",
        ),
        (
            "  asgi:",
            "  process: {command: [acme]}\n  asgi:",
            "p.yaml:4:3: target: a target is exactly one of 'asgi', 'process', 'processes' and 'http'",
        ),
        (
            '\n  asgi: {factory: "acme.app:create"}',
            " {}",
            "p.yaml:3:9: target: a target is exactly one of 'asgi', 'process', 'processes' and 'http'",
        ),
        (
            AUTH,
            AUTH + '\nprice: {per_second: "one dollar"}',
            "p.yaml:6:21: price.per_second: 'one dollar' is not an amount; allowed: " + AMOUNT,
        ),
        (
            AUTH,
            AUTH + "\nprice: {per_second: 1.5}",
            "p.yaml:6:21: price.per_second: 1.5 is not an amount; allowed: " + AMOUNT,
        ),
        (
            AUTH,
            AUTH + '\nprice: {per_second: "NaN"}',
            "p.yaml:6:21: price.per_second: 'NaN' is not an amount; allowed: " + AMOUNT,
        ),
        (
            AUTH,
            AUTH + '\nprice: {per_second: "-1.50"}',
            "p.yaml:6:21: price.per_second: '-1.50' is not an amount; allowed: " + AMOUNT,
        ),
        (
            "keys: {main",
            'header: "Bearer {key}", keys: {main',
            "p.yaml:5:16: auth.header: a header is 'Name: value' with {key} where the key stands",
        ),
        (
            "keys: {main",
            'header: "X-Key: {key} {tenant}", keys: {main',
            "p.yaml:5:16: auth.header: a header is 'Name: value' with {key} where the key stands",
        ),
        (
            "{main:",
            "{other:",
            "p.yaml:5:14: auth.keys: 'main' is missing, the key that most jobs are submitted with",
        ),
        (
            "vk-main",
            '"vk\\r\\nX-Role: admin"',
            "p.yaml:5:21: auth.keys.main: a key is one or more plain ASCII characters; is its variable empty?",
        ),
        (
            "keys: {main",
            "mint: vk-new, keys: {main",
            "p.yaml:5:14: auth.mint: mint needs {n}, which is replaced by a number",
        ),
        (
            "keys: {main",
            'mint: "vk-{name}", keys: {main',
            "p.yaml:5:14: auth.mint: mint needs {n}, which is replaced by a number",
        ),
        (
            AUTH,
            AUTH + "\nupstream: {dialect: api-vdeo}",
            (
                "p.yaml:6:21: upstream.dialect: no dialect is called 'api-vdeo'; allowed: api-video, image-to-video, "
                "generations-seconds, generations-metadata; did you mean 'api-video'?"
            ),
        ),
        (
            AUTH,
            AUTH + "\ntimeout: {after: 600}",
            (
                "p.yaml:6:18: timeout.after: 600 is not a duration; allowed: a number with a unit: 250ms, 90s, 4m, "
                "48h; did you mean '600s'?"
            ),
        ),
        (
            AUTH,
            AUTH + "\nrequire: [surface, mony]",
            f"p.yaml:6:20: require[1]: found 'mony'; allowed: {LEVELS}; did you mean 'money'?",
        ),
        ("profile: 1", "profile: 2", "p.yaml:1:10: profile: found 2; allowed: 1"),
        (
            AUTH,
            AUTH + "\nledger: {http: {get: /charges, kind: /kind}}",
            KIND,
        ),
        (
            AUTH,
            AUTH + "\nledger: {http: {get: /charges, charges: [capture]}}",
            KIND,
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_place(load: Loader, old: str, new: str, problem: str) -> None:
    """Each mistake is one line: file, line, column, key, what was found, what is allowed."""
    assert load.problem(SHORT.replace(old, new)) == problem


def test_every_problem_is_reported_at_once(load: Loader) -> None:
    """Two missing variables are two lines."""
    text = SHORT.replace("{main: vk-main}", '{main: "${A}", other: "${B}"}')
    assert load.problem(text) == (
        "p.yaml:5:21: auth.keys.main: the variable A is not set; export A=…\n"
        "p.yaml:5:36: auth.keys.other: the variable B is not set; export B=…"
    )


@pytest.mark.parametrize("factor", ["60.5", "61", "1000"])
def test_a_factor_that_leaves_too_much_undecided_is_refused(load: Loader, factor: str) -> None:
    """Half a real second times the factor may not come to more than 30 s."""
    assert load.problem(PROCESS.replace("factor: 60", f"factor: {factor}")) == (
        "p.yaml:7:28: timeout.clock.scaled.factor: a factor above 60 leaves more than 30 s of the 600 s undecided"
    )


def test_a_process_with_a_clock_is_taken(load: Loader) -> None:
    """The largest factor is 60; the command is a list and the gateway's knobs are its own names."""
    profile = load(PROCESS)
    assert profile.target.process is not None
    assert profile.target.process.command == ("acme", "serve")
    scaled = profile.timeout.clock.scaled
    assert scaled is not None
    assert (scaled.factor, scaled.env) == (60, {"job_timeout": "ACME_S"})


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An absent file and a folder are named with the system's reason."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SourceError, match=r"^none\.yaml:1:1: cannot be read: No such file or directory$"):
        load_profile("none.yaml")
    with pytest.raises(SourceError, match=r"^\.:1:1: cannot be read: Is a directory$"):
        load_profile(".")


def test_a_value_from_the_environment_is_never_shown(tmp_path: Path) -> None:
    """A problem names the variable instead of what it holds."""
    path = tmp_path / "p.yaml"
    path.write_text(SHORT.replace("{main: vk-main}", '"${SECRET}"').replace("profile: 1", 'profile: "${SECRET}"'))
    with pytest.raises(SourceError) as problem:
        load_profile(path, {"SECRET": "sk-live-0123456789"})
    assert "sk-live" not in str(problem.value)
    assert str(problem.value).count("${SECRET}") == 2


@pytest.mark.parametrize(
    ("upstream", "signed"),
    [
        ("{dialect: image-to-video}", False),
        ("{dialect: image-to-video, signs: true}", True),
        ("{dialect: generations-seconds}", True),
        ("{dialect: generations-seconds, signs: false}", False),
    ],
)
def test_callbacks_are_signed_as_documented_unless_the_profile_says(
    tmp_path: Path, upstream: str, signed: bool
) -> None:
    """Document 003's are; document 002's only where the profile wants them to be."""
    path = tmp_path / "gateway.yaml"
    text = BUNDLED["reference"].read_text()
    path.write_text(text.replace("upstream: {dialect: api-video}", f"upstream: {upstream}"))
    assert load_profile(path).upstream.signed is signed


def test_a_profile_may_name_its_services(tmp_path: Path) -> None:
    """One, both, or none for all; another word is refused."""
    path, text = tmp_path / "gateway.yaml", BUNDLED["reference"].read_text()
    path.write_text(f"{text}services: [image]\n")
    assert load_profile(path).services == ("image",)
    path.write_text(f"{text}services: [audio]\n")
    with pytest.raises(SourceError, match="'audio'"):
        load_profile(path)
