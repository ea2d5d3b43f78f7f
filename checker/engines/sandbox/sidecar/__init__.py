"""The sink: a program in a container of its own, in the same network as the box. Standard library only.

It makes every address lead to itself, answers DNS, listens on the ports below 1024, and watches what is sent.
Nothing of a skill is in its image, nothing leaves its network, and it holds no capability once it is set up.
"""
