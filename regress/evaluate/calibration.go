package evaluate

import (
	"math"

	"mainstay/internal/num"
	"mainstay/regress"
)

// CoxCalibration fits y to the logit of predicted probabilities (Cox 1958, Biometrika 45:562–565):
//
//	intercept a of logit P(y = 1) = a + logit p: calibration in the large, 0 when the total is right
//	slope b of logit P(y = 1) = c + b·logit p: 1 when p is neither too bold (< 1) nor too timid
//
// each with its standard error, clustered where clusters are given, by rows where they have weights. p is clipped as in LogLoss. NaN where
// a fit is refused, or there is nothing to fit.
func CoxCalibration(r *Rows) (intercept, slope Estimate) {
	nan := math.NaN()
	if r.check(true) != nil || len(r.Y) == 0 {
		return Estimate{nan, nan}, Estimate{nan, nan}
	}
	if r.Weight == nil {
		return coxCalibration(r.Y, r.P, nil, r.Cluster)
	}
	return newSet(r).cox(true)
}

func coxCalibration(y, p, weight []float64, cluster []int32) (intercept, slope Estimate) {
	nan := math.NaN()
	intercept, slope = Estimate{nan, nan}, Estimate{nan, nan}
	ones, both := &regress.Design{Names: []string{"intercept"}}, &regress.Design{Names: []string{"intercept", "logit"}}
	logits := make([]float64, len(p))
	for i, v := range p {
		logits[i] = num.Logit(clip(v))
		ones.X, both.X = append(ones.X, 1), append(both.X, 1, logits[i])
	}
	if f, err := regress.Logistic(ones, y, regress.Options{Offset: logits, Weights: weight, Cluster: cluster}); err == nil && f.Certificate.Certified() {
		intercept = Estimate{f.Coef[0], f.StandardErrors()[0]}
	}
	if f, err := regress.Logistic(both, y, regress.Options{Weights: weight, Cluster: cluster}); err == nil && f.Certificate.Certified() && len(f.Dropped) == 0 {
		slope = Estimate{f.Coef[1], f.StandardErrors()[1]}
	}
	return intercept, slope
}

// cox is coxCalibration of s. Weights are no counts of rows, so their errors are by rows.
func (s *set) cox(weighted bool) (intercept, slope Estimate) {
	if !weighted {
		return coxCalibration(s.y, s.p, nil, s.cluster)
	}
	cluster := s.cluster
	if cluster == nil {
		cluster = make([]int32, len(s.y))
		for i := range cluster {
			cluster[i] = int32(i)
		}
	}
	weight := make([]float64, len(s.w)) // of mean 1, whatever their unit
	for i, w := range s.w {
		weight[i] = w / s.total * float64(len(s.w))
	}
	return coxCalibration(s.y, s.p, weight, cluster)
}
