"""Standardised features, and how far from usual ones others lie."""

import torch

from intone.training.novelty import FARTHEST, Standard


def test_features_are_standardised_and_held() -> None:
    torch.manual_seed(0)
    features = torch.randn(500, 6) * torch.tensor([1.0, 2, 3, 4, 5, 100]) + torch.arange(6.0)
    standard = Standard(6)
    standard.learn(features)
    found = standard(features)
    torch.testing.assert_close(found.mean(0), torch.zeros(6), atol=1e-2, rtol=0)
    torch.testing.assert_close(found.std(0), torch.ones(6), atol=1e-2, rtol=0)
    assert float(standard(features + 1e6).max()) == FARTHEST == -float(standard(features - 1e6).min())


def test_ood_score_is_what_the_usual_directions_leave_over() -> None:
    torch.manual_seed(0)
    basis = torch.linalg.qr(torch.randn(80, 80)).Q
    standard = Standard(80)
    assert standard.directions.shape == (80, 10)
    usual = torch.randn(3000, 10) @ basis[:10] + 1e-3 * torch.randn(3000, 80)
    standard.learn(usual)
    assert float(standard.ood_score(usual).max()) < 0.1
    within, outside = usual.mean(0) + 2 * usual.std(0).mean() * basis[0], usual.mean(0) + usual.std(0).mean() * basis[40]
    assert 5 * float(standard.ood_score(within[None])) < float(standard.ood_score(outside[None]))
    found = standard(outside[None])
    left = found - found @ standard.directions @ standard.directions.T
    torch.testing.assert_close(standard.ood_score(outside[None]), left.square().mean(1).sqrt(), atol=1e-4, rtol=1e-3)


def test_of_independent_features_a_deviation_is_left_over() -> None:
    torch.manual_seed(0)
    usual, standard = torch.randn(4000, 50), Standard(50)
    standard.learn(usual)
    assert abs(float(standard.ood_score(usual).square().mean()) - (50 - 6) / 50) < 0.02
    torch.testing.assert_close(standard.directions.T @ standard.directions, torch.eye(6), atol=1e-4, rtol=0)
    assert float(standard.ood_score(usual + 1e6).max()) <= FARTHEST
