"""Slices, against the same selection made axis by axis on nested lists."""

from __future__ import annotations

import unittest
from math import prod

from .fake import Raw

from assay_sdk import OutOfRange, Tensor


def tensor(*shape):
    return Tensor._wrap(Raw(shape, [float(value) for value in range(prod(shape))]))


def nested(shape, values):
    if not shape:
        return values[0]
    step = prod(shape[1:])
    return [nested(shape[1:], values[at * step : (at + 1) * step]) for at in range(shape[0])]


def select(value, key):
    """What a key without `...` and `None` means, by Python's own lists."""
    if not key:
        return value
    index, rest = key[0], key[1:]
    if isinstance(index, int):
        return select(value[index], rest)
    chosen = value[index] if isinstance(index, slice) else [value[at] for at in index]
    return [select(one, rest) for one in chosen]


class Slices(unittest.TestCase):
    def check(self, shape, key, calls=None):
        Raw.calls.clear()
        got = tensor(*shape)[key]
        whole = key if isinstance(key, tuple) else (key,)
        whole += (slice(None),) * (len(shape) - len(whole))
        expected = select(nested(shape, [float(value) for value in range(prod(shape))]), whole)
        self.assertEqual(nested(got.shape, got.to_list()), expected, key)
        if calls is not None:
            self.assertEqual(Raw.calls, calls, key)

    def test_numbers_ranges_steps_and_lists_select_as_lists_do(self):
        s = slice
        for shape, key, calls in [
            ((4, 3), 1, ["slice", "reshape"]),
            ((4, 3), -1, ["slice", "reshape"]),
            ((4, 3), s(None), []),
            ((4, 3), s(1, 3), ["slice"]),
            ((4, 3), s(-3, None), ["slice"]),
            ((4, 3), s(1, 100), ["slice"]),
            ((4, 3), (s(None), s(0, 2)), ["slice"]),
            ((4, 3), (2, 1), ["slice", "slice", "reshape"]),
            ((4, 3), (s(None), -1), ["slice", "reshape"]),
            ((6, 3), s(None, None, 2), ["gather"]),
            ((6, 3), s(None, None, -1), ["gather"]),
            ((6, 3), s(5, 1, -2), ["gather"]),
            ((3, 6), (s(None), s(1, None, 2)), ["permute", "gather", "permute"]),
            ((4, 3), [3, 0, 0], ["gather"]),
            ((4, 3), ([-1],), ["gather"]),
            ((2, 3, 4), (s(None), [2, 0], s(1, 3)), ["slice", "permute", "gather", "permute"]),
            ((2, 3, 4), (1, s(None), s(None, None, 3)), None),
            ((2, 3, 4), (s(None), s(None), [3, 1, 1]), None),
        ]:
            self.check(shape, key, calls)

    def test_empty_selections_keep_their_other_axes(self):
        self.assertEqual(tensor(4, 3)[2:1].shape, (0, 3))
        self.assertEqual(tensor(4, 3)[9:].shape, (0, 3))
        self.assertEqual(tensor(4, 3)[:, []].shape, (4, 0))

    def test_new_axes_and_dots(self):
        self.assertEqual(tensor(2, 3)[:, None].shape, (2, 1, 3))
        self.assertEqual(tensor(2, 3)[..., None].shape, (2, 3, 1))
        self.assertEqual(tensor(2, 3)[None, 1].shape, (1, 3))
        self.assertEqual(tensor(2, 3, 4)[..., 0].shape, (2, 3))
        self.assertEqual(tensor(2, 3, 4)[0, ..., 0].to_list(), [0.0, 4.0, 8.0])
        self.assertEqual(tensor(2, 3)[0, ..., 1].shape, ())
        self.assertEqual(tensor(2, 3)[1, 2].to_list(), [5.0])

    def test_what_lies_outside_is_refused(self):
        for key in [4, -5, (0, 3), [0, 4], (0, 0, 0)]:
            with self.assertRaises(OutOfRange, msg=key):
                tensor(4, 3)[key]
        with self.assertRaisesRegex(OutOfRange, "position 4 of axis 0, which has 4"):
            tensor(4, 3)[4]

    def test_what_is_no_index_is_refused_with_a_way_out(self):
        for key in [True, [True, False], 1.0, "a", tensor(4), (..., ...), ([0], [1])]:
            with self.assertRaises(TypeError, msg=repr(key)):
                tensor(4, 3)[key]
        with self.assertRaisesRegex(TypeError, "choose"):
            tensor(4, 3)[[True, False, True, True]]

    def test_rows_are_iterated(self):
        self.assertEqual([row.to_list() for row in tensor(2, 2)], [[0.0, 1.0], [2.0, 3.0]])
        self.assertEqual(len(tensor(5, 2)), 5)
        with self.assertRaises(TypeError):
            len(tensor())
