

# comment first
	  # odd indentation of a comment

extends Node # why
# between

	
var a = [1,
2,
      3, # text
	# text
]

func f():
		# deeper comment
	pass
# shallow comment

	if a:

	  # mixed comment
		pass
		
	# after
	pass ; pass;; pass

	var s = """
no indentation
  """
	return s
#end