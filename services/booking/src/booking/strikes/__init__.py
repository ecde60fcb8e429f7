"""What repeated no-shows lead to: strikes, a suspension of booking, and the appeal against them."""
