extends Node
var x = 1
func f():
  if x:
      pass
      pass
  else:
    pass
  var y = [
x,
	2]
  return y
func g(): pass
