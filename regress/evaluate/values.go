package evaluate

import (
	"math"

	"mainstay/internal/num"
)

// ValueOptions of an evaluation of values.
type ValueOptions struct {
	Level  float64
	Power  float64   // of the Tweedie deviance, between 1 and 2
	Shares []float64 // of customers, for capture: for example 0.1
}

// Values is what there is to say about predicted values. Undefined is NaN.
type Values struct {
	Rows, Weightless, Clusters int
	Mean, Predicted            float64 // by weight
	MSE, RMSE, MAE             Figure
	R2                         float64 // 1 − squared error ÷ variance of what came
	Bias                       Figure  // mean of predicted − actual
	BiasShare                  Figure  // total predicted ÷ total actual − 1; NaN where the total is not above 0
	Poisson, Gamma, Tweedie    Figure  // mean deviances; NaN where an outcome or a prediction is outside their domain
	Power                      float64
	Spearman, Kendall          Figure
	Top                        []Capture
}

// OfValues evaluates predicted values: mean squared error (by which models of values are ranked: mean absolute error
// rewards predicting the median, which is nothing where most buy nothing), its root (interval by the delta method on the
// logarithmic scale), mean absolute error, bias, deviances (deviance.go), rank correlations (correlation.go) and
// capture (top.go). Errors as of OfProbabilities.
func OfValues(r *Rows, o ValueOptions) (*Values, error) {
	if err := r.check(false); err != nil {
		return nil, err
	}
	s := newSet(r)
	if len(s.y) == 0 {
		return nil, ErrNoRows
	}
	k, inf := s.factor(o.Level), math.Inf(1)
	v := &Values{Rows: len(s.y), Weightless: len(r.Y) - len(s.y), Clusters: s.clusters, Power: o.Power}
	v.Mean = s.mean(func(i int) float64 { return s.y[i] }).Value
	v.Predicted = s.mean(func(i int) float64 { return s.p[i] }).Value
	mse := s.mean(func(i int) float64 { return (s.p[i] - s.y[i]) * (s.p[i] - s.y[i]) })
	v.MSE = mse.wald(k, 0, inf)
	v.RMSE = Estimate{math.Sqrt(mse.Value), mse.SE / (2 * math.Sqrt(mse.Value))}.log(k)
	v.MAE = s.mean(func(i int) float64 { return math.Abs(s.p[i] - s.y[i]) }).wald(k, 0, inf)
	v.Bias = s.mean(func(i int) float64 { return s.p[i] - s.y[i] }).wald(k, -inf, inf)
	v.BiasShare = s.biasShare().wald(k, -1, inf)
	v.R2 = math.NaN()
	if variance := s.mean(func(i int) float64 { return (s.y[i] - v.Mean) * (s.y[i] - v.Mean) }).Value; variance > 0 {
		v.R2 = 1 - mse.Value/variance
	}
	v.Poisson = s.deviance(poisson, true).wald(k, 0, inf)
	v.Gamma = s.deviance(gamma, false).wald(k, 0, inf)
	v.Tweedie = s.deviance(tweedie(o.Power), true).wald(k, 0, inf)
	x, y := s.ranked(s.p), s.ranked(s.y)
	v.Spearman, v.Kendall = s.spearman(x, y).fisher(k), s.kendall(x, y).fisher(k)
	for _, share := range o.Shares {
		v.Top = append(v.Top, s.capture(share, k))
	}
	return v, nil
}

// biasShare is Σwp/Σwy − 1.
func (s *set) biasShare() Estimate {
	var y, p num.Adder
	for i, w := range s.w {
		y.AddProduct(w, s.y[i])
		p.AddProduct(w, s.p[i])
	}
	if !(y.Sum() > 0) {
		return Estimate{math.NaN(), math.NaN()}
	}
	ratio := p.Sum() / y.Sum()
	return Estimate{ratio - 1, s.se(func(i int) float64 { return s.w[i] * (s.p[i] - ratio*s.y[i]) / y.Sum() })}
}
