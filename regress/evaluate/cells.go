package evaluate

import (
	"maps"
	"math"
	"slices"
)

// mostScores is up to how many different scores an accumulator knows each; beyond, neighbours are put together.
const mostScores = 1 << 16

// A cell of coarse scores has all p whose min(p, 1−p) agrees in its exponent and keptBits of its fraction: they differ by
// less than 2^−keptBits of it. Under leastScore all are one. So there are at most 2·40·2^10 cells.
const (
	keptBits   = 10
	leastScore = 1.0 / (1 << 40)
)

// cell is a level that is being filled; scores are the different ones in it as far as is known: 1, or 2 for several.
type cell struct {
	Level
	sum    float64 // Σ w·p
	scores int
}

// cells are levels by score. They are exact until there are too many.
type cells struct {
	of     map[uint64]*cell
	coarse bool
}

// keyOf orders probabilities as their keys do: the bits of p up to a half, and above those of 1 − p, which is exact there
// (Sterbenz 1974), turned round; so both ends are told equally finely.
func keyOf(p float64) uint64 {
	if p > 0.5 {
		return ^math.Float64bits(1 - p)
	}
	return math.Float64bits(p + 0) // no −0
}

// scoreOf is the probability of a key.
func scoreOf(key uint64) float64 {
	if key>>63 == 1 {
		return 1 - math.Float64frombits(^key)
	}
	return math.Float64frombits(key)
}

// coarsen is the key of the cell that a key belongs to.
func coarsen(key uint64) uint64 {
	mirrored := key>>63 == 1
	if mirrored {
		key = ^key
	}
	if key < math.Float64bits(leastScore) {
		key = 0
	}
	const dropped = 52 - keptBits
	if key = key >> dropped << dropped; mirrored {
		return ^key
	}
	return key
}

func (c *cells) add(p, w float64, class int) {
	key := keyOf(p)
	if c.coarse {
		key = coarsen(key)
	}
	into := c.of[key]
	if into == nil {
		if into = c.open(key); c.coarse {
			into.P = p
		}
	}
	if p != into.P {
		into.scores = 2
	}
	into.N[class]++
	into.W[class] += w
	into.W2[class] += w * w
	into.sum += w * p
	c.limit()
}

// open makes a cell; its P is a score in it.
func (c *cells) open(key uint64) *cell {
	if c.of == nil {
		c.of = map[uint64]*cell{}
	}
	into := &cell{scores: 1}
	into.P = scoreOf(key)
	c.of[key] = into
	return into
}

// limit goes over to coarse cells where there are too many.
func (c *cells) limit() {
	if !c.coarse && len(c.of) > mostScores {
		c.coarsen()
	}
}

// coarsen goes over to coarse cells, in the order of scores, on which sums depend.
func (c *cells) coarsen() {
	fine, keys := c.of, c.keys()
	c.of, c.coarse = nil, true
	for _, key := range keys {
		c.put(coarsen(key), fine[key])
	}
}

// put adds a cell to that of a key.
func (c *cells) put(key uint64, from *cell) {
	into := c.of[key]
	if into == nil {
		into = c.open(key)
		*into = *from
		return
	}
	if from.scores > 1 || from.P != into.P {
		into.scores = 2
	}
	into.sum += from.sum
	for j := range into.N {
		into.N[j] += from.N[j]
		into.W[j] += from.W[j]
		into.W2[j] += from.W2[j]
	}
}

// merge adds other cells, which are as they were afterwards.
func (c *cells) merge(from *cells) {
	if from.coarse && !c.coarse {
		c.coarsen()
	}
	for _, key := range from.keys() {
		to := key
		if c.coarse {
			to = coarsen(key)
		}
		c.put(to, from.of[key])
	}
	c.limit()
}

// keys are those of the cells, by ascending score.
func (c *cells) keys() []uint64 { return slices.Sorted(maps.Keys(c.of)) }

// levels are the cells by ascending score, and whether one has several scores.
func (c *cells) levels() (levels []Level, several []bool) {
	for _, key := range c.keys() {
		l := *c.of[key]
		if l.scores > 1 {
			l.P = l.sum / l.weight()
		}
		levels, several = append(levels, l.Level), append(several, l.scores > 1)
	}
	return levels, several
}
