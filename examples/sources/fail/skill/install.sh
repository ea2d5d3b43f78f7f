#!/bin/sh
pip install --extra-index-url https://elsewhere.example/simple/ numpy
