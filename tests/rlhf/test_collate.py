"""Padding goes where it should, and nowhere else."""

import torch

from rlhf.collate import Answered, join, length_buckets, pad_left, pad_right, positions


def test_right_padding_follows_the_row():
    padded = pad_right([[5, 6], [7]], pad_id=0)
    assert padded.ids.tolist() == [[5, 6], [7, 0]]
    assert padded.mask.tolist() == [[1, 1], [1, 0]]


def test_left_padding_precedes_the_row():
    padded = pad_left([(5, 6), (7,)], pad_id=0)
    assert padded.ids.tolist() == [[5, 6], [0, 7]]
    assert padded.mask.tolist() == [[1, 1], [0, 1]]


def test_joined_rows_are_padded_once_at_their_end():
    joined = join([[1], [1, 2]], [[8, 9], [8]], pad_id=0)
    assert joined.ids.tolist() == [[1, 8, 9], [1, 2, 8]]
    assert joined.responses.tolist() == [8, 9, 8]


def test_a_response_token_is_predicted_one_place_before_it_stands():
    joined = join([[1], [1, 2], [1]], [[8, 9], [8], [9]], pad_id=0)
    assert joined.is_before.int().tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 0]]


def test_positions_start_at_zero_on_the_first_real_token():
    assert positions(torch.tensor([[0, 1, 1, 0], [1, 1, 1, 1]])).tolist() == [[0, 0, 1, 1], [0, 1, 2, 3]]


def test_answered_rows_are_bucketed_by_prompt_and_response():
    answered = Answered(prompts=[[1] * 9, [1], [1] * 4], responses=[[2], [2], [2, 2]], pad_id=0)
    assert answered.buckets([2, 0, 1], tokens=12) == [[1, 2], [0]]
    assert answered.joined([2]).ids.tolist() == [[1, 1, 1, 1, 2, 2]]


def test_a_row_is_as_long_as_its_prompt_and_response_together():
    answered = Answered(prompts=[[1] * 2, [1] * 6], responses=[[2] * 6, [2] * 3], pad_id=0)
    assert answered.buckets([0, 1], tokens=18) == [[0, 1]]
    assert answered.buckets([1, 0], tokens=17) == [[0], [1]]


def test_buckets_hold_every_row_once_within_the_budget():
    lengths = [9, 1, 5, 5, 2, 30]
    buckets = length_buckets(lengths, tokens=10)
    assert sorted(index for bucket in buckets for index in bucket) == list(range(6))
    assert buckets == [[1, 4], [2, 3], [0], [5]]
