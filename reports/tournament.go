package reports

import "mainstay/segment"

// Tournament is the backtest's table: one row per candidate and target.
func Tournament(rows []segment.Contest) *Table {
	b := newColumns("tournament", len(rows))
	count := func(name, doc string, f func(c *segment.Contest) int) {
		b.integer(name, doc, func(i int) int64 { return int64(f(&rows[i])) })
	}
	float := func(name, doc string, f func(c *segment.Contest) float64) {
		b.float(name, doc, func(i int) float64 { return f(&rows[i]) })
	}
	b.key("target", "what is predicted: churn, value or decline", func(i int) string { return rows[i].Target })
	b.key("candidate", "the model or naive rule", func(i int) string { return rows[i].Candidate })
	count("rank", "simplicity: 1 is the simplest", func(c *segment.Contest) int { return c.Rank })
	count("folds", "held-out periods that chose, the last fold not among them", func(c *segment.Contest) int { return c.Folds })
	count("n", "predictions scored in those folds", func(c *segment.Contest) int { return c.N })
	count("events", "events among them (churn: customers that left; decline: that declined)", func(c *segment.Contest) int { return c.Events })
	float("loss", "churn, decline: log loss; value: mean squared error in squared money units; lower is better", func(c *segment.Contest) float64 { return c.Loss })
	float("loss_se", "standard error of the loss, clustered by customer", func(c *segment.Contest) float64 { return c.LossSE })
	float("rmse", "value: root of the loss, in money units", func(c *segment.Contest) float64 { return c.RMSE })
	float("bias", "total predicted ÷ actual − 1", func(c *segment.Contest) float64 { return c.Bias })
	float("auc", "churn, decline: area under the ROC curve", func(c *segment.Contest) float64 { return c.AUC })
	float("brier", "churn, decline: mean squared error of the probabilities", func(c *segment.Contest) float64 { return c.Brier })
	float("top_capture", "value held by the predicted top tenth ÷ value held by the true top tenth", func(c *segment.Contest) float64 { return c.TopCapture })
	float("last_loss", "loss on the last fold, which does not choose", func(c *segment.Contest) float64 { return c.LastLoss })
	float("last_bias", "bias on the last fold", func(c *segment.Contest) float64 { return c.LastBias })
	b.boolean("certified", "every fit of the candidate holds its certificate", func(i int) bool { return rows[i].Certified })
	b.boolean("champion", "the simplest candidate within one standard error of the best: the one that scores", func(i int) bool { return rows[i].Champion })
	b.text("note", "what else to know", func(i int) string { return rows[i].Note })
	return &b.t
}
