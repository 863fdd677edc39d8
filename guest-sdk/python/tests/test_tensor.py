"""What tensors do before and after a call: which call an operator makes, shapes, axes, errors."""

from __future__ import annotations

import unittest
from unittest.mock import Mock

from assay_sdk import (
    BinaryOp,
    Error,
    InvalidArgument,
    OutOfRange,
    Padding,
    ReduceOp,
    ShapeMismatch,
    Tensor,
    TooLarge,
    Unsupported,
    _raw,
)
from assay_sdk._shapes import resolved, spans
from assay_sdk.errors import ask


def mocked(*shape):
    raw = Mock()
    raw.shape.return_value = list(shape)
    return raw, Tensor._wrap(raw)


class Operators(unittest.TestCase):
    def test_tensors_and_numbers_take_different_calls(self):
        (left, a), (right, b) = mocked(2), mocked(2)
        for operator, op in [
            (lambda x, y: x + y, BinaryOp.ADD),
            (lambda x, y: x - y, BinaryOp.SUBTRACT),
            (lambda x, y: x * y, BinaryOp.MULTIPLY),
            (lambda x, y: x / y, BinaryOp.DIVIDE),
            (lambda x, y: x**y, BinaryOp.POWER),
            (lambda x, y: x < y, BinaryOp.LESS),
            (lambda x, y: x >= y, BinaryOp.GREATER_OR_EQUAL),
            (lambda x, y: x == y, BinaryOp.EQUAL),
            (lambda x, y: x != y, BinaryOp.NOT_EQUAL),
        ]:
            self.assertIsInstance(operator(a, b), Tensor)
            left.binary.assert_called_with(op, right)
            operator(a, 2)
            left.binary_scalar.assert_called_with(op, 2.0)

    def test_a_number_on_the_left_stays_on_the_left(self):
        raw, tensor = mocked(2)
        with unittest.mock.patch.object(_raw.tensors.Tensor, "from_list") as from_list:
            2 - tensor
            from_list.assert_called_with([], [2.0])
            from_list.return_value.binary.assert_called_with(BinaryOp.SUBTRACT, raw)

    def test_a_comparison_with_the_number_on_the_left_is_turned(self):
        raw, tensor = mocked(2)
        2 < tensor
        raw.binary_scalar.assert_called_with(BinaryOp.GREATER, 2.0)

    def test_what_is_no_operand_is_refused(self):
        _, tensor = mocked(2)
        for wrong in ["a", None, [1.0]]:
            with self.assertRaises(TypeError):
                tensor + wrong
            with self.assertRaises(TypeError):
                wrong @ tensor
        with self.assertRaises(TypeError):
            hash(tensor)
        with self.assertRaisesRegex(TypeError, "from_values"):
            Tensor()

    def test_choose_takes_numbers(self):
        raw, tensor = mocked(2)
        other, yes = mocked(2)
        with unittest.mock.patch.object(_raw.tensors.Tensor, "from_list") as from_list:
            tensor.choose(yes, 0)
            raw.choose.assert_called_with(other, from_list.return_value)


class Shapes(unittest.TestCase):
    def test_the_shape_is_asked_for_once(self):
        raw, tensor = mocked(2, 3)
        self.assertEqual((tensor.shape, tensor.elements, len(tensor)), ((2, 3), 6, 2))
        self.assertEqual(repr(tensor), "Tensor[2, 3]")
        raw.shape.assert_called_once_with()

    def test_reshape_finds_one_length_out(self):
        raw, tensor = mocked(4, 6)
        for given in [(8, -1), ((8, -1),), ([8, 3],)]:
            tensor.reshape(*given)
            raw.reshape.assert_called_with([8, 3])
        tensor.reshape(24)
        raw.reshape.assert_called_with([24])
        self.assertEqual(resolved([2, -1], 0), [2, 0])
        with self.assertRaises(InvalidArgument):
            tensor.reshape(-1, -1)
        for wrong in [(5, -1), (0, -1)]:
            with self.assertRaises(ShapeMismatch):
                tensor.reshape(*wrong)

    def test_rows_are_flattened_and_axes_turned(self):
        raw, tensor = mocked(2, 3, 4)
        tensor.flatten_rows()
        raw.reshape.assert_called_with([2, 12])
        tensor.insert_axis(-1)
        raw.reshape.assert_called_with([2, 3, 4, 1])
        tensor.T
        raw.permute.assert_called_with([2, 1, 0])
        tensor.permute(0, -1, 1)
        raw.permute.assert_called_with([0, 2, 1])
        with self.assertRaises(OutOfRange):
            tensor.insert_axis(4)
        with self.assertRaises(OutOfRange):
            tensor.slice(0, 2, 1)

    def test_pairs_are_paddings(self):
        raw, tensor = mocked(2, 3)
        tensor.pad([(0, 1), Padding(2, 3)], 1.0)
        raw.pad.assert_called_with([Padding(0, 1), Padding(2, 3)], 1.0)

    def test_long_lists_cross_in_pieces(self):
        self.assertEqual(list(spans(0, 7, 3)), [(0, 3), (3, 6), (6, 7)])
        self.assertEqual(list(spans(0, 2, 0)), [(0, 1), (1, 2)])
        self.assertEqual(list(spans(4, 4, 3)), [])
        length = 262_144 + 5
        with unittest.mock.patch.object(_raw.tensors, "Tensor") as made:
            Tensor.from_values((length,), [0.0] * length)
            sizes = [call.args[0] for call in made.from_list.call_args_list]
            self.assertEqual(sizes, [[262_144], [5]])
            made.concat.return_value.reshape.assert_called_with([length])


class Reductions(unittest.TestCase):
    def test_without_an_axis_a_number_comes_back(self):
        raw, tensor = mocked(2, 3)
        raw.reduce.return_value.scalar.return_value = 1.5
        self.assertEqual(tensor.sum(), 1.5)
        raw.reduce.assert_called_with(ReduceOp.SUM, [])

    def test_axes_count_from_either_end(self):
        raw, tensor = mocked(2, 3, 4)
        for axis, axes in [(0, [0]), (-1, [2]), ((0, -1), [0, 2]), (range(1, 3), [1, 2])]:
            self.assertIsInstance(tensor.l2_norm(axis=axis), Tensor)
            raw.reduce.assert_called_with(ReduceOp.L2_NORM, axes)
        with self.assertRaisesRegex(OutOfRange, "there is no axis 3 among 3"):
            tensor.max(axis=3)

    def test_axes_can_be_kept(self):
        raw, tensor = mocked(2, 3, 4)
        tensor.mean(axis=(1, 2), keepdims=True)
        raw.reduce.return_value.reshape.assert_called_with([2, 1, 1])
        tensor.reduce(ReduceOp.MEAN, keepdims=True)
        raw.reduce.return_value.reshape.assert_called_with([1, 1, 1])

    def test_an_empty_tuple_of_axes_is_refused(self):
        # The contract's empty list means all axes, in NumPy it means none.
        raw, tensor = mocked(2, 3)
        with self.assertRaises(InvalidArgument):
            tensor.l1_norm(axis=())
        raw.reduce.assert_not_called()


class Refusals(unittest.TestCase):
    def test_every_refusal_of_the_host_becomes_an_error(self):
        types = _raw.types
        for answer, kind, text in [
            (types.Error_ShapeMismatch("a"), ShapeMismatch, "shape mismatch: a"),
            (types.Error_OutOfRange("b"), OutOfRange, "out of range: b"),
            (types.Error_InvalidArgument("c"), InvalidArgument, "invalid argument: c"),
            (types.Error_Unsupported("d"), Unsupported, "unsupported: d"),
            (types.Error_TooLarge("e"), TooLarge, "too large: e"),
        ]:
            with self.assertRaises(kind) as caught:
                ask(Mock(side_effect=_raw.Err(answer)))
            self.assertIsInstance(caught.exception, Error)
            self.assertEqual(str(caught.exception), text)
            self.assertIsNone(caught.exception.__context__)

    def test_a_measures_own_error_is_its_text(self):
        self.assertEqual(str(Error("no class has two examples")), "no class has two examples")

    def test_outside_of_a_component_nothing_answers(self):
        with self.assertRaises(NotImplementedError):
            Tensor.full((2,), 1.0)
