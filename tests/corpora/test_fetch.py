import hashlib
import io
import json
import signal
import stat
import subprocess
import sys
import time
import zipfile
from dataclasses import asdict
from functools import partial
from pathlib import Path

import pytest

from archive_server import misplaced, other, ranged, refused, serving, stalled, unstated, whole
from corpus_files import touch
from intone.corpora.download import USER_AGENT, Patience
from intone.corpora.fetch import SONG, SPEECH, TERMS, Archive, fetch, fetch_archives
from intone.corpora.ravdess import parse_name
from intone.errors import DownloadError, UsageError

IMPATIENT = Patience(tries=3, pause_s=0.01, longest_pause_s=2.0, timeout_s=0.5)
NAMES = [f"Actor_01/03-01-0{emotion}-01-01-01-01.wav" for emotion in (1, 2, 3)]
CLIPS = {name: hashlib.shake_256(name.encode()).digest(100_000) for name in NAMES}


def packed(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def published(content: bytes) -> Archive:
    return Archive("Clips.zip", len(content), hashlib.sha256(content).hexdigest(), tuple(NAMES))


GOOD = packed({"Actor_01/": b"", "Actor_01/._03-01-01-01-01-01-01.wav": b"junk", "readme.txt": b"words", **CLIPS})


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving() as server:
        server.files["Clips.zip"] = GOOD
        yield server


def get(server, to, content=GOOD, patience=IMPATIENT):
    return fetch_archives([published(content)], to, base_url=server.url, patience=patience)


def there(to: Path) -> set[str]:
    return {path.relative_to(to).as_posix() for path in to.rglob("*") if path.is_file()}


def whole_and_nothing_else(to: Path) -> bool:
    return there(to) == set(NAMES) and all((to / name).read_bytes() == content for name, content in CLIPS.items())


def test_the_clips_of_an_archive_are_fetched_and_nothing_else(server, tmp_path):
    fetched = get(server, tmp_path / "new" / "folder")
    assert whole_and_nothing_else(tmp_path / "new" / "folder")
    assert (fetched.clips, fetched.new) == (3, 3)
    assert fetched.to_text() == f"3 recordings are in {tmp_path / 'new' / 'folder'}.\n{TERMS}"
    assert "CC BY-NC-SA 4.0" in TERMS
    assert "Livingstone" in TERMS


def test_a_request_says_who_asks(server, tmp_path):
    get(server, tmp_path)
    [(path, headers)] = server.requests
    assert path == "/Clips.zip?download=1"
    assert headers["User-Agent"] == USER_AGENT
    assert USER_AGENT.startswith("intone/")
    assert "Range" not in headers


def test_what_is_there_is_not_downloaded_again(server, tmp_path):
    get(server, tmp_path)
    again = get(server, tmp_path)
    assert len(server.requests) == 1
    assert again.new == 0
    assert again.to_text().endswith("already: nothing was downloaded.")


def test_a_clip_that_is_missing_is_fetched_again(server, tmp_path):
    get(server, tmp_path)
    (tmp_path / NAMES[1]).unlink()
    assert get(server, tmp_path).new == 1
    assert whole_and_nothing_else(tmp_path)


def test_a_cut_connection_is_resumed_where_it_ended(server, tmp_path):
    server.script = [partial(ranged, cut=100_000), partial(ranged, cut=100_000)]
    get(server, tmp_path)
    assert whole_and_nothing_else(tmp_path)
    first, second, third = server.ranges()
    assert first is None
    assert 0 < int(second.removeprefix("bytes=").strip("-")) <= 100_000
    assert int(third.removeprefix("bytes=").strip("-")) > 100_000


def test_a_download_that_was_left_is_resumed(server, tmp_path):
    (tmp_path / "Clips.zip.part").write_bytes(GOOD[:250_000])
    get(server, tmp_path)
    assert server.ranges() == ["bytes=250000-"]
    assert whole_and_nothing_else(tmp_path)


def test_a_complete_download_that_was_left_needs_no_server(tmp_path):
    (tmp_path / "Clips.zip.part").write_bytes(GOOD)
    fetch_archives([published(GOOD)], tmp_path, base_url="http://127.0.0.1:9", patience=IMPATIENT)
    assert whole_and_nothing_else(tmp_path)


@pytest.mark.parametrize("answers", [[whole], [unstated], [misplaced], [partial(whole, cut=250_000)]])
def test_a_server_without_ranges_sends_it_all_again(server, tmp_path, answers):
    (tmp_path / "Clips.zip.part").write_bytes(GOOD[:200_000])
    server.script = answers
    get(server, tmp_path)
    assert server.ranges()[0] == "bytes=200000-"
    assert whole_and_nothing_else(tmp_path)


def test_a_server_without_ranges_that_is_always_cut_is_given_up(server, tmp_path):
    server.script = [partial(whole, cut=150_000)] * 10
    with pytest.raises(DownloadError, match=r"stopped after \d+ of \d+ bytes \(the connection was cut\)"):
        get(server, tmp_path)
    assert len(server.requests) == 1 + IMPATIENT.tries


@pytest.mark.parametrize("left", [GOOD + b"more", b"x" * len(GOOD), b"x" * 1000])
def test_a_part_of_something_else_is_fetched_again(server, tmp_path, left):
    (tmp_path / "Clips.zip.part").write_bytes(left)
    get(server, tmp_path)
    assert server.ranges()[-1] is None
    assert whole_and_nothing_else(tmp_path)


def test_another_content_is_refused_before_it_is_unpacked(server, tmp_path):
    server.files["Clips.zip"] = GOOD[:-1] + b"x"
    with pytest.raises(DownloadError, match=r"not what was published: its SHA-256 is [0-9a-f]{64}, not [0-9a-f]{64};"):
        get(server, tmp_path)
    assert there(tmp_path) == set()


@pytest.mark.parametrize("answer", [other(b"<html>come back later</html>"), other(GOOD + b"x")])
def test_another_size_is_refused_at_once(server, tmp_path, answer):
    server.script = [answer]
    with pytest.raises(DownloadError, match=rf"it has \d+ bytes, not {len(GOOD)}"):
        get(server, tmp_path)
    assert there(tmp_path) == set()


def test_an_endless_answer_is_stopped(server, tmp_path):
    server.files["Clips.zip"] = GOOD * 20
    server.script = [unstated]
    with pytest.raises(DownloadError, match=f"it has more bytes, not {len(GOOD)}"):
        get(server, tmp_path)
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= len(GOOD)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_busy_server_is_asked_again(server, tmp_path, status):
    server.script = [refused(status), refused(status, Retry_After="soon"), ranged]
    get(server, tmp_path)
    assert len(server.requests) == 3
    assert whole_and_nothing_else(tmp_path)


def test_a_server_is_given_the_time_that_it_asks_for(server, tmp_path):
    server.script = [refused(429, Retry_After="1")]
    start = time.monotonic()
    get(server, tmp_path)
    assert time.monotonic() - start >= 1.0


def test_a_server_that_asks_for_too_long_a_pause_is_not_waited_for(server, tmp_path):
    server.script = [refused(503, Retry_After="3600")]
    with pytest.raises(DownloadError, match="the server answers 503 Service Unavailable"):
        get(server, tmp_path)
    assert len(server.requests) == 1


def test_a_server_that_stays_busy_is_given_up(server, tmp_path):
    server.script = [partial(ranged, cut=200_000), *[refused(429)] * 10]
    with pytest.raises(DownloadError, match=r"stopped after \d{6} of \d{6} bytes .*it goes on from there"):
        get(server, tmp_path)
    assert len(server.requests) == 1 + IMPATIENT.tries
    server.script.clear()
    get(server, tmp_path)
    assert server.ranges()[-1] is not None
    assert whole_and_nothing_else(tmp_path)


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_refusal_is_final(server, tmp_path, status):
    server.script = [refused(status)]
    with pytest.raises(DownloadError, match=rf"the server answers {status}.* put Clips\.zip into"):
        get(server, tmp_path)
    assert len(server.requests) == 1


def test_a_server_that_falls_silent_is_asked_again(server, tmp_path):
    server.script = [partial(stalled, after=100_000)]
    get(server, tmp_path)
    assert server.ranges()[1] == "bytes=65536-"
    assert whole_and_nothing_else(tmp_path)


def test_no_server_at_all_is_one_sentence(tmp_path):
    with pytest.raises(DownloadError, match="there is no connection to the server"):
        fetch_archives([published(GOOD)], tmp_path, base_url="http://127.0.0.1:9", patience=IMPATIENT)


@pytest.mark.parametrize("url", ["zenodo", "ftp://127.0.0.1", "http://"])
def test_what_is_no_address_is_one_sentence(tmp_path, url):
    with pytest.raises(DownloadError, match="not an address that can be downloaded from"):
        fetch_archives([published(GOOD)], tmp_path, base_url=url, patience=IMPATIENT)


def link_to(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def encrypted(content: bytes) -> bytes:
    entry = content.index(b"PK\x01\x02")
    return content[: entry + 8] + b"\x01" + content[entry + 9 :]


@pytest.mark.parametrize(("content", "reason"), [
    (packed({**CLIPS, "../03-01-01-01-01-01-02.wav": b"x"}), "leads out of the folder"),
    (packed({**CLIPS, "Actor_01/../../x.wav": b"x"}), "leads out of the folder"),
    (packed({**CLIPS, "/tmp/x.wav": b"x"}), "leads out of the folder"),
    (packed({**CLIPS, "..\\x.wav": b"x"}), "leads out of the folder"),
    (packed({**CLIPS, "C:\\x.wav": b"x"}), "leads out of the folder"),
    (packed({link_to("Actor_02"): b"/etc", **CLIPS}), "is a link"),
    (encrypted(packed(CLIPS)), "is encrypted"),
    (packed({**CLIPS, "zeros.wav": bytes(5_000_000)}), r"its \d+ bytes would become 5300000"),
    (packed({name: CLIPS[name] for name in NAMES[1:]}), "lacks 1 of its 3 recordings, such as Actor_01/03-01-01"),
    (b"no zip at all" * 1000, "cannot be unpacked"),
    (GOOD[: len(GOOD) // 2], "cannot be unpacked"),
])
def test_a_zip_that_could_do_harm_is_not_unpacked(server, tmp_path, content, reason):
    server.files["Clips.zip"] = content
    with pytest.raises(DownloadError, match=reason):
        get(server, tmp_path / "to", content)
    assert there(tmp_path) == {"to/Clips.zip.part"}


def test_a_member_that_is_damaged_leaves_whole_files_only(server, tmp_path):
    middle = GOOD.index(CLIPS[NAMES[1]][50_000:50_100])
    content = GOOD[:middle] + b"damaged" + GOOD[middle + 7 :]
    server.files["Clips.zip"] = content
    with pytest.raises(DownloadError, match=r"cannot be unpacked \(Bad CRC-32"):
        get(server, tmp_path, content)
    assert there(tmp_path) == {NAMES[0], "Clips.zip.part"}


def test_the_folders_inside_the_zip_do_not_matter(server, tmp_path):
    content = packed({f"Audio_Speech/{name}": clip for name, clip in CLIPS.items()})
    server.files["Clips.zip"] = content
    get(server, tmp_path, content)
    assert whole_and_nothing_else(tmp_path)


def test_unpacking_goes_on_where_it_stopped(server, tmp_path):
    touch(tmp_path, NAMES)
    (tmp_path / NAMES[0]).write_bytes(CLIPS[NAMES[0]])
    (tmp_path / NAMES[2]).unlink()
    before = (tmp_path / NAMES[0]).stat().st_mtime_ns
    get(server, tmp_path)
    assert (tmp_path / NAMES[0]).stat().st_mtime_ns == before
    assert whole_and_nothing_else(tmp_path)


def test_an_archive_of_the_users_own_is_taken_and_stays(tmp_path):
    (tmp_path / "Clips.zip").write_bytes(GOOD)
    fetch_archives([published(GOOD)], tmp_path, base_url="http://127.0.0.1:9", patience=IMPATIENT)
    assert there(tmp_path) == {*NAMES, "Clips.zip"}


def test_an_archive_of_the_users_own_that_is_another_is_refused(server, tmp_path):
    (tmp_path / "Clips.zip").write_bytes(GOOD[:-1])
    with pytest.raises(DownloadError, match="not the archive that was published"):
        get(server, tmp_path)
    assert there(tmp_path) == {"Clips.zip"}
    assert not server.requests


def test_a_folder_that_cannot_be_written_is_one_sentence(server, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DownloadError, match="cannot be written"):
        get(server, tmp_path / "file")


def test_a_device_without_room_is_one_sentence(server, tmp_path):
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    (tmp_path / "Clips.zip.part").symlink_to("/dev/full")
    with pytest.raises(DownloadError, match="The disk is full"):
        get(server, tmp_path)


CHILD = """
import json, sys
from pathlib import Path
from intone.corpora.download import Patience
from intone.corpora.fetch import Archive, fetch_archives
from intone.errors import DownloadError
to, url, archive, limit = Path(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3]), int(sys.argv[4])
if limit:
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    fetch_archives([Archive(**{**archive, "clips": tuple(archive["clips"])})], to, base_url=url)
except DownloadError as error:
    sys.exit(str(error))
"""


def child(server, to, limit=0):
    archive = json.dumps(asdict(published(GOOD)))
    return subprocess.Popen([sys.executable, "-c", CHILD, str(to), server.url, archive, str(limit)],
                            stderr=subprocess.PIPE, text=True)


def test_a_full_disk_keeps_what_was_downloaded(server, tmp_path):
    pytest.importorskip("resource")
    with child(server, tmp_path, limit=200_000) as process:
        assert process.stderr.read().startswith("The disk is full: make room for Clips.zip")
    assert process.returncode == 1
    assert (tmp_path / "Clips.zip.part").stat().st_size == 200_000
    get(server, tmp_path)
    assert server.ranges() == [None, "bytes=200000-"]
    assert whole_and_nothing_else(tmp_path)


def test_a_disk_that_fills_while_unpacking_keeps_whole_files_only(server, tmp_path):
    pytest.importorskip("resource")
    (tmp_path / "Clips.zip.part").write_bytes(GOOD)
    with child(server, tmp_path, limit=50_000) as process:
        assert process.stderr.read().startswith("The disk is full")
    assert there(tmp_path) == {"Clips.zip.part"}
    get(server, tmp_path)
    assert whole_and_nothing_else(tmp_path)


def test_an_interrupted_download_goes_on(server, tmp_path):
    server.script = [partial(stalled, after=150_000)]
    part = tmp_path / "Clips.zip.part"
    with child(server, tmp_path) as process:
        limit = time.monotonic() + 30
        while not (part.is_file() and part.stat().st_size) and time.monotonic() < limit:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        assert "KeyboardInterrupt" in process.stderr.read()
    assert part.stat().st_size >= 65_536
    get(server, tmp_path)
    assert server.ranges()[1] == f"bytes={2 * 65_536}-"
    assert whole_and_nothing_else(tmp_path)


def test_the_published_archives_hold_1440_and_1012_clips():
    assert (len(set(SPEECH.clips)), len(set(SONG.clips))) == (1440, 1012)
    for clip in SPEECH.clips + SONG.clips:
        folder, name = clip.split("/")
        assert f"Actor_{parse_name(name.removesuffix('.wav')).actor:02d}" == folder


def test_a_corpus_that_is_complete_is_not_downloaded(server, tmp_path):
    fetched = fetch("ravdess", touch(tmp_path, SPEECH.clips), base_url=server.url)
    assert (fetched.clips, fetched.new, server.requests) == (1440, 0, [])


def test_song_adds_the_sung_archive_alone_to_a_complete_one(server, tmp_path):
    touch(tmp_path, SPEECH.clips)
    server.files[SONG.name] = b"something else"
    with pytest.raises(DownloadError, match="it has 14 bytes, not 225505317"):
        fetch("ravdess", tmp_path, song=True, base_url=server.url)
    assert [path for path, _ in server.requests] == [f"/{SONG.name}?download=1"]


def test_another_corpus_is_an_error_that_names_the_one():
    with pytest.raises(UsageError, match=r"no download of 'crema-d': ravdess is the one"):
        fetch("crema-d", Path("nowhere"))
