package markov

import "gonum.org/v1/gonum/mat"

// Class is a communicating class: states that reach each other (Kemeny & Snell 1960, ch. II).
type Class struct {
	States []int // ascending
	Closed bool  // nobody leaves it
	Period int   // of returns: 1 = aperiodic; 0 where no state of the class is ever returned to
}

// Classes splits the states of the k×k matrix p into communicating classes, by their first state.
func Classes(p mat.Matrix) []Class {
	k, _ := p.Dims()
	reach := closure(p, k)
	var classes []Class
	done := make([]bool, k)
	for i := range k {
		if done[i] {
			continue
		}
		c := Class{States: []int{i}, Closed: true}
		for j := i + 1; j < k; j++ {
			if reach[i][j] && reach[j][i] {
				c.States = append(c.States, j)
			}
		}
		in := make([]bool, k)
		for _, s := range c.States {
			in[s], done[s] = true, true
		}
		for _, s := range c.States {
			for j := range k {
				c.Closed = c.Closed && (in[j] || p.At(s, j) == 0)
			}
		}
		c.Period = period(p, in, i)
		classes = append(classes, c)
	}
	return classes
}

// closure is which states are reached from which in one or more moves (Warshall 1962).
func closure(p mat.Matrix, k int) [][]bool {
	reach := make([][]bool, k)
	for i := range reach {
		reach[i] = make([]bool, k)
		for j := range k {
			reach[i][j] = p.At(i, j) > 0
		}
	}
	for via := range k {
		for i := range k {
			if !reach[i][via] {
				continue
			}
			for j := range k {
				reach[i][j] = reach[i][j] || reach[via][j]
			}
		}
	}
	return reach
}

// period is the greatest common divisor of the lengths of all circles through the class: of level(i) + 1 −
// level(j) over its moves i → j, with levels by breadth-first search (Denardo 1977, Mathematics of
// Operations Research 2:20–24).
func period(p mat.Matrix, in []bool, start int) int {
	level := make([]int, len(in))
	for i := range level {
		level[i] = -1
	}
	level[start] = 0
	g := 0
	for queue := []int{start}; len(queue) > 0; queue = queue[1:] {
		i := queue[0]
		for j := range in {
			if !in[j] || p.At(i, j) == 0 {
				continue
			}
			if level[j] < 0 {
				level[j] = level[i] + 1
				queue = append(queue, j)
			}
			g = gcd(g, level[i]+1-level[j])
		}
	}
	return g
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return max(a, -a)
}
