package regress

// Logistic is GLM for two outcomes with the logit link, P(yᵢ = 1) = 1/(1+e^(−xᵢ·β)). y is 0 or 1; weights are frequencies.
func Logistic(d *Design, y []float64, o Options) (*Fit, error) {
	return GLM(d, y, Model{Distribution: Binomial}, o)
}

// LogisticFrom is Logistic on rows that are never held together: GLMFrom.
func LogisticFrom(s Source, o Options) (*Fit, error) {
	return GLMFrom(s, Model{Distribution: Binomial}, o)
}
