package regress
func Logistic(d *Design, y []float64, o Options) (*Fit, error) { panic("not yet") }
