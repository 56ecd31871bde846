package attrition

import (
	"fmt"
	"math"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// Known is a model whose parameters are known: those that others printed, or a simulation. What follows from it has no error. k is the regularity of MBGCNBD, 1 of others. Errors: a model that does not exist,
// parameters that are not as many positive numbers as it has.
func Known(m Model, k int, params ...float64) (*Fit, error) {
	l, err := m.law(k)
	if err != nil {
		return nil, err
	}
	names := l.names()
	if len(params) != len(names) {
		return nil, fmt.Errorf("attrition: %d parameters, %s has %v", len(params), m, names)
	}
	for i, v := range params {
		if !(v > 0 && v < math.Inf(1)) {
			return nil, fmt.Errorf("attrition: %s is %v, expected a number above 0", names[i], v)
		}
	}
	n := len(names)
	return &Fit{Model: m, K: k, Names: names, Params: params, SE: make([]float64, n), LogCov: mat.NewSymDense(n, nil), law: l,
		Certificate: num.Certificate{Model: string(m), Converged: true, InfoPosDef: true}}, nil
}

// Stored is a fit without covariates as it was, by its parameters and the covariance of their logarithms. Errors: those of Known, a covariance of others.
func Stored(m Model, k int, params []float64, logCov *mat.SymDense) (*Fit, error) {
	f, err := Known(m, k, params...)
	if err != nil {
		return nil, err
	}
	if logCov == nil || logCov.SymmetricDim() != len(params) {
		return nil, fmt.Errorf("attrition: %s without the covariance of its %d parameters", m, len(params))
	}
	f.LogCov, f.OneRate = logCov, m == ParetoNBD && params[parS] == oneRate
	for i, v := range params {
		variance := logCov.At(i, i)
		if !(variance >= 0 && variance < math.Inf(1)) {
			return nil, fmt.Errorf("attrition: %s has a variance of %v", f.Names[i], variance)
		}
		f.SE[i] = v * math.Sqrt(variance)
	}
	return f, nil
}
