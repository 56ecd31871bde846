package model

import (
	"math"

	"mainstay/regress"
	"mainstay/regress/evaluate"
)

// Estimate is a figure and its standard error; NaN where undefined.
type Estimate = evaluate.Estimate

// Scores of predictions. Those that the family does not have are NaN. Rows count by their weight.
type Scores struct {
	AUC         Estimate // mean of the folds' AUC
	LogLoss     Estimate
	BaseLogLoss float64 // that of predicting everybody the training rows' rate
	Brier       Estimate
	Slope       Estimate // of calibration: 1 when predictions are neither too bold nor too timid
	Intercept   Estimate // calibration in the large, on the logit scale: 0 when the total is right

	RMSE Estimate
	MAE  Estimate
	R2   float64 // 1 − squared error ÷ that of predicting everybody the training rows' mean

	More []Score
}

// Score is one that only some families have.
type Score struct {
	Name string // for machines and people: "concordance"
	Estimate
	Kind Kind
}

var undefined = Estimate{Value: math.NaN(), SE: math.NaN()}

// predictions of one fold.
type predictions struct {
	actual, predicted []float64
	base              float64   // mean response of the training rows
	shares            []float64 // multinomial: of the categories in them
	weight            []float64 // nil = 1
	cluster           []int32   // nil when rows are on their own
	test              []int     // the rows of the frame that were predicted
	learnt            int       // how many rows taught

	deviance func(y, mu float64) float64 // of a row, where the fit has one
}

// join puts folds behind each other.
func join(parts []predictions) predictions {
	var out predictions
	for _, p := range parts {
		out.actual = append(out.actual, p.actual...)
		out.predicted = append(out.predicted, p.predicted...)
		out.weight = append(out.weight, p.weight...)
		out.cluster = append(out.cluster, p.cluster...)
		out.test = append(out.test, p.test...)
	}
	return out
}

// score measures predictions of several folds together.
func (s *study) score(parts []predictions) Scores {
	out := Scores{undefined, undefined, math.NaN(), undefined, undefined, undefined, undefined, undefined, math.NaN(), nil}
	s.family.score(s, &out, parts)
	return out
}

// mean is that of a value by row of p.
func (p *predictions) mean(values []float64) Estimate {
	m, se := regress.WeightedMeanSE(values, p.weight, p.cluster)
	return Estimate{Value: m, SE: se}
}

// rows are p for an evaluation.
func (p *predictions) rows() *evaluate.Rows {
	return &evaluate.Rows{Y: p.actual, P: p.predicted, Weight: p.weight, Cluster: p.cluster}
}

// events scores probabilities of an event.
func (out *Scores) events(parts []predictions) {
	p := join(parts)
	out.AUC = foldAUC(parts)
	out.LogLoss = p.mean(evaluate.LogLosses(p.actual, p.predicted))
	squares, base := make([]float64, len(p.actual)), []float64(nil)
	for i, y := range p.actual {
		squares[i] = (y - p.predicted[i]) * (y - p.predicted[i])
	}
	out.Brier = p.mean(squares)
	for _, f := range parts {
		rate := make([]float64, len(f.actual))
		for i := range rate {
			rate[i] = f.base
		}
		base = append(base, evaluate.LogLosses(f.actual, rate)...)
	}
	out.BaseLogLoss = p.mean(base).Value
	out.Intercept, out.Slope = evaluate.CoxCalibration(p.rows())
}

// foldAUC is the mean of the folds' AUC. Ranks are compared within folds only, for predictions of
// different fits are on different scales. Its standard error is that of the mean of the rows' influence
//
//	ψᵢ/V,   ψ as in evaluate.Area on fold v
//
// (LeDell, Petersen & van der Laan 2015, Electronic J. Statistics 9:1583–1607, §4; within one fold
// DeLong, DeLong & Clarke-Pearson 1988). Undefined where a fold lacks one of the outcomes.
func foldAUC(parts []predictions) Estimate {
	var influence []float64
	var cluster []int32
	sum, folds := 0.0, float64(len(parts))
	for _, p := range parts {
		auc, psi, ok := evaluate.Area(p.rows())
		if !ok {
			return undefined
		}
		sum += auc
		influence = append(influence, psi...)
		cluster = append(cluster, p.cluster...)
	}
	_, se := regress.ClusterMeanSE(influence, cluster)
	return Estimate{Value: sum / folds, SE: se * float64(len(influence)) / folds}
}

// values scores predictions of a number.
func (out *Scores) values(parts []predictions) {
	p := join(parts)
	squares, sizes := make([]float64, len(p.actual)), make([]float64, len(p.actual))
	for i, y := range p.actual {
		sizes[i] = math.Abs(y - p.predicted[i])
		squares[i] = sizes[i] * sizes[i]
	}
	var around []float64
	for _, f := range parts {
		for _, y := range f.actual {
			around = append(around, (y-f.base)*(y-f.base))
		}
	}
	mse := p.mean(squares)
	out.RMSE = Estimate{Value: math.Sqrt(mse.Value), SE: mse.SE / (2 * math.Sqrt(mse.Value))} // delta method
	out.MAE = p.mean(sizes)
	if t := p.mean(around).Value; t > 0 {
		out.R2 = 1 - mse.Value/t
	}
}
