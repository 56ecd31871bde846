package segment

// text is an attribute as text by member; nil where there is none.
type text []string

// text finds an attribute as text.
func (b *Book) text(name string) text {
	if a := b.attribute(name); a != nil {
		return a.spelt()
	}
	return nil
}

// at is the attribute of a member, "" where it is unknown.
func (t text) at(m int) string {
	if t == nil {
		return ""
	}
	return t[m]
}
