// What the sample takes from the standard library, in one header that can be compiled beforehand.
#pragma once
#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>
