package attrition

import (
	"fmt"

	"mainstay/internal/num"
)

// LogLik is the log-likelihood of customers, others than those of the fit perhaps, at the parameters of the fit: one pass over all, in their order.
// Errors: a refused fit, values that the model does not know, covariates other than those of the fit.
func (f *Fit) LogLik(d *Data, threads int) (float64, error) {
	if !f.Certificate.Certified() {
		return 0, fmt.Errorf("attrition: a refused fit has no log-likelihood")
	}
	if err := f.fits(d); err != nil {
		return 0, err
	}
	sum := num.BlockSums(len(d.X), rowBlock, threads, 1, func(lo, hi int, sum []float64) {
		t := f.teller(0.95)
		for i := lo; i < hi; i++ {
			t.turn(f.row(d, i))
			sum[0] += d.weight(i) * t.s.logLik()
		}
	})
	return sum[0] + d.constant(f.K), nil
}

// row is customer i, with the covariates if the model has any.
func (f *Fit) row(d *Data, i int) Customer {
	if len(f.effects) > 0 {
		return d.Row(i)
	}
	return Customer{X: d.X[i], Last: d.Last[i], T: d.T[i]}
}

// fits says whether the model knows the customers and their covariates.
func (f *Fit) fits(d *Data) error {
	if got := [3]int{len(d.Purchase), len(d.Dropout), len(d.Stay)}; got != f.groups {
		return fmt.Errorf("attrition: %v covariates of purchase, dropout and stay for a model of %v", got, f.groups)
	}
	return d.check(f.Model)
}
