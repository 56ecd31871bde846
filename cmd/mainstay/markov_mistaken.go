package main

import (
	"errors"

	"mainstay/ingest/table"
	"mainstay/reports"
	"mainstay/segment/moves"
)

// checkMistaken finds flags that do not go with states that are seen with mistakes, or only with those.
func (o *continuousOptions) checkMistaken() error {
	switch {
	case o.mistaken.Mistakes == nil && o.mistaken.First != moves.Estimated:
		return usageError{errors.New("--first is for true states; add --misclassified TRUE>SEEN")}
	case o.mistaken.Mistakes == nil:
	case len(o.mistaken.Mistakes) == 0:
		return usageError{errors.New("--misclassified names no mistake; expected TRUE>SEEN")}
	case o.continuous.Exact:
		return usageError{errors.New("--exact and --misclassified exclude each other: moves at known times are seen as they are")}
	case o.prevalence != nil:
		return usageError{errors.New("--prevalence and --misclassified exclude each other: shares of true states are not seen")}
	}
	return nil
}

// fitMistaken fits the intensities of true states, and the chances of mistakes.
func (o *continuousOptions) fitMistaken(c *reports.ContinuousChain, timed *moves.Timed, t *table.Table, m *moves.Moves) error {
	w, err := o.mistaken.Watched(timed, m)
	if err != nil {
		return err
	}
	c.Remarks = append(c.Remarks, w.Notes...)
	fit, err := w.Fit(t, o.config.State, o.threads)
	if err != nil {
		return err
	}
	c.Fit = fit.Fit
	if err := o.certified(c.Fit); err != nil {
		return err
	}
	if o.on != "" {
		plain, looks := w.Plain()
		without, err := plain.Fit(looks, o.threads)
		if err != nil {
			return err
		}
		c.Plain = without.Fit
	}
	c.Mistaken = &reports.Mistaken{Fit: fit, True: fit.TrueStates()}
	c.Mistaken.Seen, err = w.SeenStates(t, o.config)
	return err
}
