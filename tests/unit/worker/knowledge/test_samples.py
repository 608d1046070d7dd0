from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import tarfile
import tomllib
import zipfile
from configparser import ConfigParser
from xml.etree import ElementTree as ET

import pytest
from ruamel.yaml import YAML

from shared.models.call import Call, CallFile, FileKind
from worker.knowledge import samples
from worker.knowledge.samples import BASIC, file_for, is_file_name, merged


def content(path: bytes) -> bytes:
    found = next(file.content for file in BASIC if file.path == path)
    assert isinstance(found, bytes)
    return found


def test_the_files_are_valid_in_their_formats() -> None:
    rows = list(csv.reader(content(b"sample.csv").decode().splitlines()))
    ini = ConfigParser()
    ini.read_string(content(b"sample.ini").decode())

    assert {len(row) for row in rows} == {3}
    assert json.loads(content(b"sample.json"))["name"] == "alpha"
    assert tomllib.loads(content(b"sample.toml").decode())["count"] == 3
    assert YAML(typ="safe").load(content(b"sample.yaml").decode())["tags"] == ["red", "green"]
    assert ET.fromstring(content(b"sample.xml")).tag == "list"
    assert ini["alpha"]["colour"] == "red"
    assert compile(content(b"sample.py"), "sample.py", "exec")


def test_the_text_can_be_sorted_counted_and_searched() -> None:
    lines = samples.TEXT.decode().splitlines()

    assert sorted(lines) != lines
    assert len(set(lines)) < len(lines)
    assert "" in lines


def test_what_is_missing_and_what_is_made_are_not_there() -> None:
    paths = {file.path for file in BASIC}

    assert samples.MISSING not in paths
    assert samples.NEW not in paths


def test_holds_every_byte_once() -> None:
    assert sorted(samples.BINARY) == list(range(256))


def test_given_files_win_over_basic_ones() -> None:
    mine = CallFile(path=b"sample.txt", content=b"mine")

    found = {file.path: file.content for file in merged([mine])}

    assert found[b"sample.txt"] == b"mine"
    assert b"sample.csv" in found


@pytest.mark.parametrize(
    "given",
    [
        CallFile(path=b"folder", content=b"a file where a folder would be"),
        CallFile(path=b"sample.txt/inside", content=b"a folder where a file would be"),
        CallFile(path=b"folder", kind=FileKind.DIRECTORY, mode=0o755),
    ],
)
def test_given_files_win_over_basic_ones_in_their_way(given: CallFile) -> None:
    files = merged([given])

    assert given in files
    assert Call(files=files).files == files


@pytest.mark.parametrize(
    ("hint", "path"),
    [
        ("FILE", b"sample.txt"),
        ("input.csv", b"sample.csv"),
        ("commandline JSON processor", b"sample.json"),
        ("script.js", b"sample.js"),
        ("config.yml", b"sample.yaml"),
        ("a Python file", b"sample.py"),
        ("find in c and h", b"sample.txt"),
        ("", b"sample.txt"),
    ],
)
def test_chooses_a_file_by_what_it_should_be(hint: str, path: bytes) -> None:
    assert file_for(hint).path == path


def test_knows_the_name_of_a_file_by_its_ending() -> None:
    assert is_file_name("data.csv")
    assert is_file_name("index.htm")
    assert not is_file_name("x.y")
    assert not is_file_name("csv")
    assert not is_file_name("...")


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ("frob: sample.txt: not in gzip format", b"sample.gz"),
        ("frob: this does not look like a tar archive", b"sample.tar"),
        ("the end was not found.  Either this file is not\n  a zipfile, or it is a part of one", b"sample.zip"),
        ("error: not a valid PNG image", b"sample.png"),
        ("frob: invalid JSON input at line 1", b"sample.json"),
        ("frob: malformed YAML document", b"sample.yaml"),
    ],
)
def test_knows_the_kind_of_file_that_a_refusal_asks_for(said: str, path: bytes) -> None:
    found = samples.kind_asked_for(said)

    assert found is not None
    assert found.path == path


@pytest.mark.parametrize(
    "said", ["", "frob: sample.txt: is not a directory", "invalid option", "not a good idea, file it"]
)
def test_a_refusal_that_names_no_kind_asks_for_none(said: str) -> None:
    assert samples.kind_asked_for(said) is None


def test_what_is_given_on_demand_is_valid_too() -> None:
    def content(said: str) -> bytes:
        found = samples.kind_asked_for(f"not in {said} format")
        assert found is not None
        assert isinstance(found.content, bytes)
        return found.content

    assert gzip.decompress(content("gzip")) == samples.TEXT
    assert bz2.decompress(content("bzip2")) == samples.TEXT
    assert lzma.decompress(content("xz")) == samples.TEXT
    with tarfile.open(fileobj=io.BytesIO(content("tar"))) as archive:
        assert archive.getnames() == ["inside.txt"]
    assert zipfile.ZipFile(io.BytesIO(content("zip"))).namelist() == ["inside.txt"]
    assert content("png").startswith(b"\x89PNG")
