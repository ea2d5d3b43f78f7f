"""Prints commands that a CI runner obeys."""

# group: log injection
# status: passed
# says: ["\\::add-mask::", "\\::error", "##\\[error]"]
# never: ["\n  ::", " ##[error]", "\n::add-mask", "\n::set-output", "\n::stop-commands"]

print("::add-mask::a")
print("::error file=x.py,line=1::forged")
print("   ::set-output name=decision::pass")
print("\t::stop-commands::x")
print("text ##[error]forged")
print("##vso[task.complete result=Succeeded;]done")
