#!/bin/sh
pip install --extra-index-url https://elsewhere.example/index/ numpy
