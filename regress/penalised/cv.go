package penalised

import (
	"context"
	"errors"
	"fmt"
	"math"

	"mainstay/internal/num"
	"mainstay/regress"

	"gonum.org/v1/gonum/blas/blas64"
)

// Folds say which rows are held out together.
type Folds struct {
	Of      []int32 // by row: the number of its fold, 0 to K−1
	K       int
	Forward bool // a fold is predicted from earlier folds alone: fold 0 only teaches
	// Skip says which earlier rows do not teach a fold all the same, with Forward; nil = none.
	Skip func(row int, fold int32) bool
}

// Choice is a cross-validated path.
type Choice struct {
	*Path           // of all rows
	Mean  []float64 // by λ: deviance of held-out rows, per unit of weight
	SE    []float64 // of Mean, from the spread over folds
	Min   int       // number of the λ with the smallest Mean
	OneSE int       // number of the largest λ whose Mean is within one standard error of that
	Folds int       // that were held out
}

// CrossValidate fits the path to all rows, and again without each fold, at the same λ. Everything is learnt without the
// fold: means and deviations of columns too. With D_f the mean deviance of fold f and W_f its weight, Mean is Σ W_f D_f / Σ W_f and
// SE² is Σ W_f (D_f − Mean)² / Σ W_f / (K−1), as in cv.glmnet; the rule of one standard error is that of Breiman et
// al. 1984, Classification and Regression Trees, §3.4.3. A path ends for all where it ends for one fold. ctx is looked at between
// folds.
//
// Rows of one customer belong in one fold, else what is known about a customer is counted as foresight; folds by time
// belong to Forward.
func CrossValidate(ctx context.Context, d *regress.Design, y []float64, o Options, folds Folds) (*Choice, error) {
	f, err := o.check(d, y)
	if err != nil {
		return nil, err
	}
	if err := folds.check(len(y)); err != nil {
		return nil, err
	}
	c := &Choice{Path: fit(d, y, &o, f, nil)}
	if !c.Certificate.Certified() {
		return c, nil
	}
	inner := o
	inner.Lambda = c.Lambda
	var losses [][]float64 // by fold held out, by λ
	var weights []float64
	for k := range folds.K {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		in, out := folds.split(int32(k))
		if len(in) == 0 || len(out) == 0 {
			continue
		}
		p := fit(d, y, &inner, f, in)
		if !p.Certificate.Certified() {
			w := p.Certificate.Warnings[len(p.Certificate.Warnings)-1]
			c.Certificate.Refuse(w.Code, fmt.Sprintf("without fold %d (the first is 0): %s", k, w.Message))
			return c, nil
		}
		loss, weight := heldOut(d, y, &o, f, p, out)
		if weight > 0 {
			losses, weights = append(losses, loss), append(weights, weight)
		}
	}
	if len(losses) < 2 {
		c.Certificate.Refuse(num.WarnTooFew, "fewer than two folds hold rows to predict: there is nothing to choose by")
		return c, nil
	}
	c.choose(losses, weights)
	return c, nil
}

func (f *Folds) check(rows int) error {
	if len(f.Of) != rows {
		return fmt.Errorf("penalised: %d fold numbers for %d rows", len(f.Of), rows)
	}
	if f.K < 2 {
		return errors.New("penalised: at least two folds are needed")
	}
	for i, k := range f.Of {
		if k < 0 || int(k) >= f.K {
			return fmt.Errorf("penalised: row %d (the first is 0): fold %d, expected 0 to %d", i, k, f.K-1)
		}
	}
	return nil
}

// split lists the rows that teach and those that are held out.
func (f *Folds) split(k int32) (in, out []int) {
	for i, of := range f.Of {
		switch {
		case of == k:
			out = append(out, i)
		case !f.Forward || of < k && (f.Skip == nil || !f.Skip(i, k)):
			in = append(in, i)
		}
	}
	return in, out
}

// heldOut is the mean deviance of rows by λ, and their weight.
func heldOut(d *regress.Design, y []float64, o *Options, f *family, p *Path, rows []int) (mean []float64, weight float64) {
	count, k := len(p.Lambda), len(d.Names)
	coef := make([]float64, 0, count*k) // count×k
	for _, c := range p.Coef {
		coef = append(coef, c...)
	}
	sums := num.BlockSums(len(rows), heldOutBlock, max(o.Threads, 1), 1+count, func(lo, hi int, sum []float64) {
		eta, one, w := make([]float64, count), make([]float64, count), make([]float64, count)
		resid, variance := make([]float64, count), make([]float64, count)
		for _, i := range rows[lo:hi] {
			weight, offset := 1.0, 0.0
			if o.Weights != nil {
				weight = o.Weights[i]
			}
			if weight == 0 {
				continue
			}
			if o.Offset != nil {
				offset = o.Offset[i]
			}
			for l := range eta {
				eta[l], one[l], w[l] = offset, y[i], 1
			}
			blas64.Implementation().Dgemv('N', count, k, 1, coef, k, d.Row(i), 1, 1, eta, 1)
			sum[0] += weight
			for l := range eta {
				loglik := f.rows(eta[l:l+1], one[l:l+1], w[l:l+1], resid[l:l+1], variance[l:l+1])
				sum[1+l] += 2 * weight * (f.saturated(y[i]) - loglik)
			}
		}
	})
	mean = sums[1:]
	for l := range mean {
		mean[l] /= sums[0]
	}
	return mean, sums[0]
}

const heldOutBlock = 1024

// choose fills in what folds say about λ.
func (c *Choice) choose(losses [][]float64, weights []float64) {
	c.Folds = len(losses)
	count := len(c.Lambda)
	for _, l := range losses {
		count = min(count, len(l))
	}
	c.cut(count)
	total := num.Sum(weights)
	for l := range count {
		var mean, square num.Adder
		for k, w := range weights {
			mean.AddProduct(w, losses[k][l])
		}
		m := mean.Sum() / total
		for k, w := range weights {
			square.Add(w * (losses[k][l] - m) * (losses[k][l] - m))
		}
		c.Mean = append(c.Mean, m)
		c.SE = append(c.SE, math.Sqrt(square.Sum()/total/float64(len(weights)-1)))
		if m < c.Mean[c.Min] {
			c.Min = l
		}
	}
	for c.Mean[c.OneSE] > c.Mean[c.Min]+c.SE[c.Min] {
		c.OneSE++
	}
}

// cut ends the path after count λ.
func (p *Path) cut(count int) {
	p.Lambda, p.Coef, p.NonZero = p.Lambda[:count], p.Coef[:count], p.NonZero[:count]
	p.Deviance, p.KKT = p.Deviance[:count], p.KKT[:count]
}
