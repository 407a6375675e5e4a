"""From what was seen and said to the result: findings, scores, plan. Pure."""
