# weir_add_plugin(KIND NAME SOURCES... [LINK libs...]): the shared library weir_KIND_NAME.so, which etl-run finds by
# that name for `plugin: NAME` in the section of that kind. Used in Weir's tree and by plugins outside of it.
#
# Only the entry point leaves the library: other symbols, those of static libraries included, stay inside, so that
# two plugins with different versions of a library cannot disturb each other.

set(WEIR_PLUGIN_VERSION_SCRIPT ${CMAKE_CURRENT_LIST_DIR}/weir_plugin.map)

function(weir_add_plugin kind name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK" ${ARGN})
  set(target weir_${kind}_${name})
  add_library(${target} MODULE ${arg_SOURCES})
  set_target_properties(${target} PROPERTIES
    PREFIX "" DEFINE_SYMBOL ""
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON POSITION_INDEPENDENT_CODE ON)
  target_compile_features(${target} PRIVATE cxx_std_20)
  target_link_libraries(${target} PRIVATE ${arg_LINK} weir::sdk)
  target_link_options(${target} PRIVATE
    -Wl,--version-script=${WEIR_PLUGIN_VERSION_SCRIPT} -Wl,--exclude-libs,ALL)
  if(NOT WEIR_SANITIZE) # a sanitizer's runtime is in the program that loads the plugin
    target_link_options(${target} PRIVATE -Wl,-z,defs)
  endif()
  if(TARGET weir_flags)
    target_link_libraries(${target} PRIVATE weir_flags)
    weir_use_precompiled_headers(${target} weir_pch)
    # Client libraries that a plugin loads when it needs them stand beside the plugins' folder.
    set_target_properties(${target} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib/weir/plugins
      BUILD_RPATH "$ORIGIN/../clients" INSTALL_RPATH "$ORIGIN/../clients")
    install(TARGETS ${target} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/weir/plugins)
  endif()
endfunction()
