package published

import (
	"errors"

	"mainstay/internal/num"
	"mainstay/regress/evaluate"
)

// ratings is the area under the ROC curve of 109 images that were rated from 1 (normal) to 5 (abnormal).
func ratings() ([]num.Agreement, error) {
	var y, rating []float64
	for i, n := range [5][2]int{{33, 3}, {6, 2}, {6, 2}, {11, 11}, {2, 33}} { // images without and with disease
		for class, images := range n {
			for range images {
				y, rating = append(y, float64(class)), append(rating, float64(i+1))
			}
		}
	}
	auc, ok := evaluate.AUC(y, rating)
	if !ok {
		return nil, errors.New("the area under the ROC curve is not defined")
	}
	l := &list{model: "AUC: CT ratings", source: "Hanley & McNeil 1982, Radiology 143:29–36, table I"}
	l.add("area", auc, "0.893")
	return l.all, l.err
}
