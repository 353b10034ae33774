"""A listing's clips have the labels, splits, groups, licences and weights that the table says; a wrong table is refused."""

import pytest

from tacit_train.readers import DataError, open_data_set

HEAD = "file,labels,split,group,licence,weight\n"


@pytest.fixture
def root(tmp_path):
    (tmp_path / "labels.txt").write_text("rain\nspeech\n")
    return tmp_path


def test_a_listing(root):
    (root / "listing.csv").write_text(HEAD + "a.ogg,rain|speech,train,x,CC0,2\nb/c.ogg,,test,,CC-BY,0.5\n")
    data = open_data_set(f"listing:{root}")
    assert data.labels == ("rain", "speech") and data.multilabel
    first, second = data.clips
    assert (first.path, first.targets, first.split, first.key) == (root / "a.ogg", (0, 1), "train", "x")
    assert (second.targets, second.licence, second.weight) == ((), "CC-BY", 0.5)


@pytest.mark.parametrize(
    "row, message",
    [
        ("a.ogg,snow,train,,,1", "line 2: 'snow' is not in labels.txt"),
        ("../a.ogg,rain,train,,,1", "leaves the data set"),
        ("a.ogg,rain,train,,,much", "weight 'much'"),
        ("a.ogg,rain,train,,,-1", "weight '-1'"),
        ("a.ogg,rain,train,,,nan", "weight 'nan'"),
        ("a.ogg,rain", "too few columns"),
    ],
)
def test_a_wrong_row(root, row, message):
    (root / "listing.csv").write_text(HEAD + row + "\n")
    with pytest.raises(DataError, match=message):
        open_data_set(f"listing:{root}")


def test_a_file_or_a_column_named_twice(root):
    (root / "listing.csv").write_text(HEAD + "a.ogg,rain,train,,,1\nb.ogg,rain,train,,,1\n./a.ogg,speech,train,,,1\n")
    with pytest.raises(DataError, match="a.ogg: is named twice for split 'train'"):
        open_data_set(f"listing:{root}")
    # A split of its own may have it again.
    (root / "listing.csv").write_text(HEAD + "a.ogg,rain,train,,,1\na.ogg,,all of it,,,1\n")
    assert len(open_data_set(f"listing:{root}").clips) == 2
    (root / "listing.csv").write_text("file,labels,split,group,licence,weight,labels\na.ogg,rain,train,,,1,speech\n")
    with pytest.raises(DataError, match="listing.csv: the column labels is there twice"):
        open_data_set(f"listing:{root}")


def test_labels_once_each(root):
    (root / "listing.csv").write_text(HEAD)
    (root / "labels.txt").write_text("rain\nrain\n")
    with pytest.raises(DataError, match="each once"):
        open_data_set(f"listing:{root}")


def test_what_is_no_text_or_never_ends(root):
    path = root / "listing.csv"
    path.write_bytes((HEAD + "a.ogg,rain,train,,,1\n").encode() + b"\xff.ogg,rain,train,,,1\n")
    with pytest.raises(DataError, match="listing.csv, line 3: not UTF-8"):
        open_data_set(f"listing:{root}")
    path.write_text(HEAD + 'a.ogg,rain,train,,,1\n"b.ogg,rain,train,,,1\nc.ogg,rain,train,,,1\n')
    with pytest.raises(DataError, match="listing.csv, line 3: .*quotation marks in pairs"):
        open_data_set(f"listing:{root}")
    # As Excel saves it.
    path.write_bytes(b"\xef\xbb\xbf" + HEAD.encode() + b'"a.ogg",rain,train,,,1\r\n')
    assert [c.path.name for c in open_data_set(f"listing:{root}").clips] == ["a.ogg"]
    (root / "labels.txt").write_bytes(b"rain\n\xff\n")
    with pytest.raises(DataError, match="labels.txt, line 2: not UTF-8"):
        open_data_set(f"listing:{root}")
