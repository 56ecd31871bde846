package main

import (
	"context"
	"errors"
)

func runInspect(ctx context.Context, a *app, o *inspectOptions) error { return errors.New("x") }
